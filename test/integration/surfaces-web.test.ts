/** Every scenario in the console, before Postgres. */
import { decidedInConsole } from '../support/surface-suites.ts'

decidedInConsole('Postgres')
