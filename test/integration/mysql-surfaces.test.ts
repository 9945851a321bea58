/** Every scenario in chats, a terminal and by the API, before MariaDB. */
import { decidedInChats } from '../support/surface-suites.ts'

decidedInChats('MariaDB')
