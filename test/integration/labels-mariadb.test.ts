/** The labels of the corpus, held against a MariaDB that runs each of its statements. */
import t from 'tap'
import { checkLabels, settings } from '../corpus/mysql-labels.ts'
import { startMariadb } from '../support/mysql.ts'

t.test('what a statement changes is what its label says: MariaDB', async t =>
  checkLabels(t, await startMariadb({ settings })),
)
