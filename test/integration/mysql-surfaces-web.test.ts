/** Every scenario in the console, before MariaDB. */
import { decidedInConsole } from '../support/surface-suites.ts'

decidedInConsole('MariaDB')
