/** The list siem: who is told what is recorded, how, and in which words. */
import type { SiemTarget } from '../recording/siem/targets.ts'
import type { SiemConfig } from '../recording/siem/to-siem.ts'
import type { SiemSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import type { Sources } from './sources.ts'
import { isLoopback, sizeBytes } from './units.ts'

/** A receiver of syslog takes 8 KiB, its header included, unless it was told otherwise. */
const defaultSizes = { file: '64KiB', http: '64KiB', syslog: '7KiB' } as const

export function resolveSiem(
  sections: readonly SiemSection[],
  sources: Sources,
  mistakes: Mistakes,
): readonly SiemConfig[] {
  const seen = new Set<string>()
  return sections.flatMap((section, index) => {
    const at = ['siem', index]
    const { name, format = 'json', events: types, size } = section
    if (seen.has(name)) mistakes.add([...at, 'name'], `the name "${name}" is there twice`)
    seen.add(name)
    const said = (['file', 'syslog', 'http'] as const).filter(kind => section[kind] !== undefined)
    const [kind] = said
    if (kind === undefined || said.length > 1) {
      const came = said.length === 0 ? 'none' : said.join(' and ')
      mistakes.add(at, `expected one of "file", "syslog" and "http", got ${came}`)
      return []
    }
    const bytesMax = sizeBytes(size ?? defaultSizes[kind])
    if (bytesMax < 1024) mistakes.add([...at, 'size'], `expected at least 1KiB, got ${size}`)
    const target = targetOf(section, at, sources, mistakes)
    return target === undefined ? [] : [{ name, format, bytesMax, types, target }]
  })
}

function targetOf(
  { file, syslog, http }: SiemSection,
  at: Path,
  sources: Sources,
  mistakes: Mistakes,
): SiemTarget | undefined {
  if (file !== undefined) return { kind: 'file', path: sources.path(file) }
  if (syslog !== undefined) {
    const here = [...at, 'syslog']
    const { host, port = 6514, ca, cert, key } = syslog
    if ((cert === undefined) !== (key === undefined))
      mistakes.add(here, 'expected "cert" and "key", or neither')
    return {
      ...{ kind: 'syslog', host, port },
      ca: ca && sources.pem(ca, 'CERTIFICATE', [...here, 'ca']),
      cert: cert && sources.pem(cert, 'CERTIFICATE', [...here, 'cert']),
      key: key && sources.pem(key, 'PRIVATE KEY', [...here, 'key']),
    }
  }
  if (http === undefined) return undefined
  const here = [...at, 'http']
  const url = URL.canParse(http.url) ? new URL(http.url) : undefined
  if (url === undefined) mistakes.add([...here, 'url'], 'expected an https:// URL')
  else if (url.username !== '' || url.password !== '')
    mistakes.add([...here, 'url'], 'expected no password in the URL: use token_env or token_file')
  else if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    mistakes.add([...here, 'url'], `expected https: ${url.host} can be reached by others`)
  const { header = 'authorization', url: address } = http
  return { kind: 'http', url: address, header, token: sources.secret({ ...http }, 'token', here) }
}
