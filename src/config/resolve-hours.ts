/** Windows of the week, as rules and their leeway state them. */
import type { Hours } from '../policy/rule.ts'
import type { Day, HoursSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import { timeMinutes } from './units.ts'

const days: readonly Day[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export function resolveHours(section: HoursSection, at: Path, mistakes: Mistakes): Hours {
  const timeZone = section.time_zone ?? 'UTC'
  if (!isTimeZone(timeZone)) {
    const message = `expected an IANA time zone such as Europe/Berlin, got "${timeZone}"`
    mistakes.add([...at, 'time_zone'], message)
  }
  const from = timeMinutes(section.from)
  const to = timeMinutes(section.to)
  if (from === to) mistakes.add([...at, 'to'], 'expected another time than in "from"')
  return {
    days: section.days?.map(day => days.indexOf(day)) ?? [0, 1, 2, 3, 4, 5, 6],
    from,
    to,
    timeZone,
    outside: section.outside ?? false,
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
