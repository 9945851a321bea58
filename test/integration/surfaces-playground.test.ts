/** Every scenario in Microsoft's own client of Teams, before Postgres. */
import { decidedInPlayground } from '../support/surface-suites.ts'

decidedInPlayground('Postgres')
