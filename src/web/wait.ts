/** Long polls: an answer that comes as soon as a request is settled, or when the caller's time is over. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Approvals } from '../approvals/approvals.ts'

export const waitSecondsDefault = 30
export const waitSecondsMax = 60
const waitsMax = 2000
const waitsMaxPerPerson = 200

export class Waits {
  readonly #approvals: Approvals
  readonly #ends = new Set<() => void>()
  readonly #counts = new Map<string, number>()
  #closed = false

  constructor(app: FastifyInstance, approvals: Approvals) {
    this.#approvals = approvals
    app.addHook('preClose', async () => {
      this.#closed = true
      for (const end of this.#ends) end()
    })
  }

  /** False when so many wait already that this one has to come again later. */
  async settled(
    request: FastifyRequest,
    person: string,
    id: string,
    seconds: number,
  ): Promise<boolean> {
    const count = this.#counts.get(person) ?? 0
    if (this.#ends.size >= waitsMax || count >= waitsMaxPerPerson) return false
    this.#counts.set(person, count + 1)
    await this.#wait(request, id, seconds)
    const left = (this.#counts.get(person) ?? 1) - 1
    if (left > 0) this.#counts.set(person, left)
    else this.#counts.delete(person)
    return true
  }

  #wait(request: FastifyRequest, id: string, seconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer)
        off()
        this.#ends.delete(end)
        request.raw.socket.off('close', end)
        resolve()
      }
      const timer = setTimeout(end, seconds * 1000)
      const off = this.#approvals.on(({ approval }) => {
        if (approval.id === id && approval.state !== 'pending') end()
      })
      this.#ends.add(end)
      request.raw.socket.once('close', end)
      // Asked for only now, so that no change falls between looking and listening.
      this.#approvals.get(id).then(
        approval => {
          if (approval?.state !== 'pending' || this.#closed) end()
        },
        (error: unknown) => {
          end()
          reject(error)
        },
      )
    })
  }
}
