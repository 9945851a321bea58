/** What a table of handlers has to have: one for each kind of statement, of that kind's fields. */
import type { FieldsOf, Node, NodeKind } from '../tree.ts'
import type { Collector } from './collector.ts'

export type StatementKind = Extract<NodeKind, `${string}Stmt`>

export type Handler<Fields> = (fields: Fields, out: Collector, node: Node) => void

export type Handlers<Kinds extends NodeKind> = { readonly [K in Kinds]: Handler<FieldsOf<K>> }
