/** Durations, sizes, addresses and times of day as people write them. */
import type { Address } from './config.ts'

export const durationPattern: RegExp = /^\d{1,9}(ms|s|m|h|d)$/
export const sizePattern: RegExp = /^\d{1,9}(B|KiB|MiB|GiB)$/
export const timePattern: RegExp = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/
/** `host:port`, `[::1]:port`, or a port alone, which is on loopback. */
export const addressPattern: RegExp = /^(?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):)?(\d{1,5})$/

/** A mailbox. Nothing that could be taken for a second one, or for a header. */
export const mailPattern: RegExp =
  /^[^\s\p{Cc}@<>()[\]\\,;:"]{1,64}@[^\s\p{Cc}@<>()[\]\\,;:"]{1,253}$/u

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const bytes: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/** In milliseconds. The text has matched the pattern. */
export function durationMs(text: string): number {
  return scaled(text, milliseconds)
}

/** In bytes. The text has matched the pattern. */
export function sizeBytes(text: string): number {
  return scaled(text, bytes)
}

/** Minutes since midnight. The text has matched the pattern. */
export function timeMinutes(text: string): number {
  const [hours = '0', minutes = '0'] = text.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/** Undefined when the text is no address or the port is above 65535. */
export function parseAddress(text: string): Address | undefined {
  const [whole, host, port] = addressPattern.exec(text) ?? []
  if (whole === undefined || Number(port) > 65535) return undefined
  return { host: host?.replace(/^\[|\]$/g, '') ?? '127.0.0.1', port: Number(port) }
}

/** Whether what is sent there stays on this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const digits = Number.parseInt(text, 10)
  const unit = text.replace(/^\d+/, '')
  return digits * (units[unit] ?? 1)
}
