/** Every scenario in Microsoft's own client of Teams, before MariaDB. */
import { decidedInPlayground } from '../support/surface-suites.ts'

decidedInPlayground('MariaDB')
