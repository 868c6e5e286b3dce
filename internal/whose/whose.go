// Package whose says whose a record is that names no customer by a reference of its source.
//
// Such a record is known by an address: its first e-mail, otherwise its first number. What else it says, a name and other addresses,
// is its description of the customer. Two descriptions contradict each other where the names differ and no other address is common:
// an address under which that was ever said is contested, it is used by several people. A record under a contested address belongs
// to the customer of the address and the name; without a name to that of the address and its first other one; and what says nothing
// else belongs to the address alone. Under an address that is not contested all records are one customer's. A name alone never
// makes anybody a customer.
//
// So whose a record is depends on the set of what was said, and never on the order in which it came.
package whose

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"aftercall/internal/clock"
)

// Most is how many different descriptions an address may have before it is contested whatever they say: so many are no one customer,
// and no more are ever compared with each other.
const Most = 50

// maxReference is how many characters a reference may have.
const maxReference = 191

// between separates the address from the rest in a reference that is made here.
const between = " · "

// Address is one address of a description.
type Address struct {
	Kind       string `json:"kind"`
	Raw        string `json:"raw"`
	Normalised string `json:"normalised"`
}

// Description is what a record says of its customer besides the address that it is known by.
type Description struct {
	ID       int64
	SourceID int64
	Address  string
	Hash     string // of what makes it another one
	Name     string // as it was first written
	Others   string // JSON array of addresses, as they were given

	read *reading
}

// reading is a description read once, because it is compared often.
type reading struct {
	name      string
	addresses []Address
	distinct  []string // the other addresses in order, each once
}

// TableName names the table.
func (Description) TableName() string { return "customer_descriptions" }

// Contested is an address under which people were described who cannot be one.
type Contested struct {
	ID         int64
	SourceID   int64
	Address    string
	CustomerID int64 // who was known by the address alone until then; 0 where there was nobody
	At         clock.Instant
}

// TableName names the table.
func (Contested) TableName() string { return "contested_addresses" }

// Describe returns what a record under an address says. Others may hold the address itself, and what cannot be used.
func Describe(sourceID int64, address, name string, others []Address) Description {
	d := Description{SourceID: sourceID, Address: address, Name: name}
	var kept []Address
	for _, o := range others {
		if o.Normalised != "" && o.Normalised != address {
			kept = append(kept, o)
		}
	}
	return d.with(kept)
}

// with returns the description with other addresses, and its hash.
func (d Description) with(others []Address) Description {
	d.Others = "[]"
	if len(others) > 0 {
		if body, err := json.Marshal(others); err == nil {
			d.Others = string(body)
		}
	}
	d.read = read(d.Name, others)
	sum := sha256.New()
	write := func(text string) { _, _ = io.WriteString(sum, text+"\n") }
	write(d.read.name)
	for _, address := range d.read.distinct {
		write(address)
	}
	if d.read.name == "" {
		write(d.Key()) // without a name the first one counts
	}
	d.Hash = hex.EncodeToString(sum.Sum(nil)[:20])
	return d
}

func read(name string, others []Address) *reading {
	r := &reading{name: Fold(name), addresses: others, distinct: make([]string, len(others))}
	for i, a := range others {
		r.distinct[i] = a.Normalised
	}
	slices.Sort(r.distinct)
	r.distinct = slices.Compact(r.distinct)
	return r
}

// reading returns what the description says. One from the database is read when it is asked for the first time.
func (d *Description) reading() *reading {
	if d.read == nil {
		var others []Address
		if d.Others != "" && d.Others != "[]" && json.Unmarshal([]byte(d.Others), &others) != nil {
			others = nil
		}
		d.read = read(d.Name, others)
	}
	return d.read
}

// Addresses returns the other addresses.
func (d *Description) Addresses() []Address { return d.reading().addresses }

// Named reports whether it has a name.
func (d *Description) Named() bool { return d.reading().name != "" }

// Bare reports whether it says nothing.
func (d *Description) Bare() bool { return d.Key() == "" }

// Key is what tells its customer from others under a contested address.
func (d *Description) Key() string {
	if d.Named() {
		return d.reading().name
	}
	if others := d.Addresses(); len(others) > 0 {
		return others[0].Normalised
	}
	return ""
}

// Over returns the description with what it leaves out taken from an earlier one of the same record.
func (d Description) Over(before *Description) Description {
	if before.Address != d.Address || d.Named() && len(d.Addresses()) > 0 {
		return d
	}
	others := d.Addresses()
	if len(others) == 0 {
		others = before.Addresses()
	}
	if !d.Named() {
		d.Name = before.Name
	}
	return d.with(others)
}

// Reference is how its customer is called under a contested address.
func (d *Description) Reference() string { return Reference(d.Address, d.Key()) }

// Reference is how the customer of a key is called under a contested address.
func Reference(address, key string) string {
	if key == "" {
		return address
	}
	whole := address + between + key
	if utf8.RuneCountInString(whole) <= maxReference {
		return whole
	}
	sum := sha256.Sum256([]byte(whole))
	tail := "~" + hex.EncodeToString(sum[:4])
	return string([]rune(whole)[:maxReference-len(tail)]) + tail
}

// Under reports whether a reference is of somebody under an address.
func Under(reference, address string) bool {
	return reference == address || strings.HasPrefix(reference, address+between)
}

// Disagree reports whether an address is contested of which all this was said.
func Disagree(all []*Description) bool {
	if len(all) > Most {
		return true
	}
	var full []*reading
	for _, d := range all {
		r := d.reading()
		if r.name == "" || len(r.distinct) == 0 {
			continue // it contradicts nobody
		}
		isCommon := func(other string) bool { return slices.Contains(r.distinct, other) }
		for _, before := range full {
			if before.name != r.name && !slices.ContainsFunc(before.distinct, isCommon) {
				return true
			}
		}
		full = append(full, r)
	}
	return false
}

// Fold returns a name in the form in which names are compared: letters and digits only, the small ones, without accents; words in
// alphabetical order where the script has words. It is empty where nothing is left, as of "-" or "***".
func Fold(name string) string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r <= 0x36F: // accents
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFKD.String(name))
	words := strings.Fields(norm.NFC.String(folded))
	if strings.ContainsFunc(folded, isWordless) {
		return strings.Join(words, "")
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// isWordless reports whether a letter is of a script that puts no blanks between the parts of a name, or any.
func isWordless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai) || unicode.In(r, hangulParts)
}

// hangulParts are what compatibility decomposition makes of Hangul syllables.
var hangulParts = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x1100, Hi: 0x11FF, Stride: 1}}}
