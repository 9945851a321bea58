/** Every scenario in chats, a terminal and by the API, before Postgres. */
import { decidedInChats } from '../support/surface-suites.ts'

decidedInChats('Postgres')
