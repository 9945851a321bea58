/** The labels of the corpus, held against a MySQL that runs each of its statements. */
import t from 'tap'
import { checkLabels, settings } from '../corpus/mysql-labels.ts'
import { startMysql, whyNoMysql } from '../support/mysql.ts'

const skip = await whyNoMysql()

t.test(
  'what a statement changes is what its label says: MySQL',
  skip === undefined ? {} : { skip },
  async t => checkLabels(t, await startMysql({ settings })),
)
