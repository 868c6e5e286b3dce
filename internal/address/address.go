// Package address makes the one form in which phone numbers and e-mail addresses are kept, compared and hashed. Whoever takes an
// address from outside asks here: a refusal written with an invisible character, as a link, or in full-width letters must hold for
// the customer who wrote it plainly, and the other way round.
//
// Only hashes of refused addresses are kept, so that a form cannot be made again from what is stored. Therefore a newer form may join
// spellings and never part them: Email(Earlier(x)) is Email(x) for every x. Each hash is stored with the version of its form, and is
// looked for under what every version makes of an address.
package address

// Form is the version of the form that Email and Phone make. Version 1 lower-cased an e-mail and left everything else in it; its
// phone numbers were the same E.164. Version 2 kept a mobile of Argentina apart from the same line written without its 9, and read
// nothing that had a remark beside it.
const Form = 3

// maxRaw bounds what is looked at, in bytes; no address is that long, whatever surrounds it.
const maxRaw = 1000
