/**
 * Character sets whose names make `_name` an introducer. One that a server does not have makes it
 * a name there. https://dev.mysql.com/doc/refman/9.7/en/charset-introducer.html
 */
const both = `
  armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr
  gb2312 gbk geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman
  sjis swe7 tis620 ucs2 ujis utf16 utf16le utf32 utf8 utf8mb3 utf8mb4`

const names = both.trim().split(/\s+/)

export const introducers: Readonly<Record<'mysql' | 'mariadb', ReadonlySet<string>>> = {
  mysql: new Set([...names, 'gb18030']),
  mariadb: new Set(names),
}
