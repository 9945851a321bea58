/**
 * What a column's name says of it, in several languages. A name is a hint: values decide where they
 * can, and where they cannot (names of people, dates of birth) the table's name helps.
 */

/** What is proposed to be hidden. */
export type PersonalKind =
  | 'email'
  | 'card'
  | 'iban'
  | 'phone'
  | 'ip'
  | 'national-id'
  | 'secret'
  | 'name'
  | 'birth-date'
  | 'address'
  | 'salary'
  | 'free-text'

/** `customerEMail_addr2` → customer, e, mail, addr, 2. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .split(/[^a-z]+/)
    .filter(word => word !== '')
}

/** In the order in which they are tried: `email_address` is no address. */
const hints: readonly (readonly [kind: PersonalKind, phrases: string])[] = [
  ['email', 'email, e mail, mail, emailadresse, correo, courriel, epost, sahkoposti'],
  ['ip', 'ip, ip address, ip addr, ipaddress, remote addr, client ip'],
  ['iban', 'iban, bank account, account number, kontonummer, bankkonto, rib'],
  [
    'card',
    'card number, cardnumber, card no, credit card, creditcard, pan, kreditkarte, kartennummer, carte bancaire, tarjeta',
  ],
  [
    'phone',
    'phone, phonenumber, telephone, mobile, cell, cellphone, fax, tel, telefon, telefonnummer, handy, mobil, telefono, movil, portable, telefone, celular, puhelin',
  ],
  [
    'national-id',
    'ssn, social security, sozialversicherungsnummer, steuer id, steuerid, tax id, taxid, national id, passport, passport number, reisepass, ausweis, nino, nir, insee, dni, nie, codice fiscale, bsn, pesel, cpf, personnummer, henkilotunnus, aadhaar, ahv, sin number, driver license, driving licence, fuhrerschein',
  ],
  [
    'secret',
    'password, passwd, pwd, password hash, passwort, kennwort, mot de passe, contrasena, senha, secret, api key, apikey, access key, private key, access token, refresh token, auth token, session token, bearer, otp secret, totp, pin code',
  ],
  [
    'birth-date',
    'birth, birthday, birthdate, birth date, date of birth, dateofbirth, dob, born, geburtsdatum, geburtstag, geboren, naissance, date naissance, nacimiento, fecha nacimiento, nascita, data nascita, nascimento, geboortedatum, fodelsedatum, syntymaaika',
  ],
  [
    'name',
    'first name, firstname, last name, lastname, full name, fullname, surname, given name, family name, middle name, maiden name, vorname, nachname, familienname, prenom, nom famille, apellido, apellidos, nombre completo, cognome, sobrenome, voornaam, achternaam, fornamn, efternamn, etunimi, sukunimi, cardholder, account holder, kontoinhaber',
  ],
  [
    'address',
    'street, street address, home address, postal address, address line, mailing address, shipping address, billing address, strasse, anschrift, hausnummer, rue, adresse postale, calle, direccion, indirizzo, endereco, postanschrift',
  ],
  ['salary', 'salary, wage, wages, gehalt, lohn, salaire, sueldo, salario, stipendio, loon'],
]

/** About such a thing, and not it: `email_status`, `phone_type`, `password_changed`. */
const about: ReadonlySet<string> = new Set(
  'type kind status state count verified confirmed valid enabled sent template subject format provider domain opt notification preference preferences changed expires expiry expiration policy attempts reset version provider prefix label code id required length bounced'.split(
    ' ',
  ),
)

export function hintOf(name: string): PersonalKind | undefined {
  const words = wordsOf(name)
  const text = ` ${words.join(' ')} `
  for (const [kind, phrases] of hints) {
    const phrase = phrases.split(', ').find(each => text.includes(` ${each} `))
    if (phrase === undefined) continue
    const others = text.replace(` ${phrase} `, ' ').trim().split(' ')
    return others.some(word => about.has(word)) ? undefined : kind
  }
  return undefined
}

const people: ReadonlySet<string> = new Set(
  'customer client user person people employee staff patient contact member subscriber guest student teacher doctor applicant candidate recipient passenger driver owner tenant voter citizen kunde kunden benutzer mitarbeiter person personen patienten kontakt kontakte mitglied mitglieder utilisateur personne employe cliente clientes usuario usuarios persona empleado dipendente utente klant medewerker'.split(
    ' ',
  ),
)

/** `name` is a person's in a table of people, and nothing else's. */
export function isPersonsName(table: string, column: string): boolean {
  const words = wordsOf(column)
  const plain = ['name', 'nom', 'nombre', 'nome', 'naam', 'namn', 'nimi'].includes(words.join(' '))
  return (
    plain && wordsOf(table).some(word => people.has(word) || people.has(word.replace(/s$/, '')))
  )
}
