package script

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// About is the call a script is filled in for.
type About struct {
	Kind       Kind
	Customer   contact.Customer
	Contact    contact.Contact
	Resolution contact.Resolution // the zero one where there is none
	Resolver   string             // name of who resolved it
	Score      int                // of a recovery; 0: none
	Caller     string
}

// Spoken is a script with its variables filled in.
type Spoken struct {
	Script     Script // the version that is shown
	Full       []Passage
	Short      []Passage // empty: there is no short form
	ShortFirst bool      // the customer's tags ask for the short form
}

// Has reports whether something is said in a scene.
func (s Spoken) Has(scene Scene) bool {
	return slices.ContainsFunc(slices.Concat(s.Full, s.Short), func(p Passage) bool { return p.Scene == scene })
}

// Passage is one scene.
type Passage struct {
	Scene      Scene
	Paragraphs [][]Piece
}

// Piece is a part of a paragraph: words, or the name of a variable nobody knows a value of.
type Piece struct {
	Text string
	Gap  bool // Text is the name of the variable
}

// InForce returns the script to say in a call, and the one that gives its steps of help if kind is Help: the most specific one of those in
// force in the customer's language, or in the centre's where there is none in theirs. A centre in which nothing was published yet has the
// stock ones. It returns fault.NotFound where no steps of help match.
func (s *Service) InForce(tx database.Tx, about About) (Script, error) {
	m := Match{
		Kind: about.Kind, Language: s.languageFor(about.Customer.Language), Category: about.Contact.Category,
		Product: about.Contact.Product,
	}
	found, err := store{tx}.matching(m)
	if err != nil {
		return Script{}, err
	}
	if len(found) > 0 {
		return slices.MaxFunc(found, func(a, b Script) int { return a.specific() - b.specific() }), nil
	}
	return stock(m.Kind, m.Language)
}

// specific ranks scripts that all match one callback.
func (s *Script) specific() int {
	rank := 0
	if s.Product != "" {
		rank += 2
	}
	if s.Category != "" {
		rank++
	}
	return rank
}

// Fill fills a script in for a call.
func (s *Service) Fill(tx database.Tx, version Script, about About) (Spoken, error) {
	centre, err := centreOf(tx)
	if err != nil {
		return Spoken{}, err
	}
	values := s.values(version.Language, about)
	values[varRecording] = centre.notice(version.Language)
	return Spoken{
		Script: version, Full: fill(version.Body, values), Short: fill(version.Short, values),
		ShortFirst: version.Short != "" && centre.asksForShort(about.Customer.Tags),
	}, nil
}

// values are the variables of a call; an empty one is a gap.
func (s *Service) values(language string, about About) map[string]string {
	values := map[string]string{
		varCustomer: about.Customer.Name, varCaller: about.Caller, varCentre: s.opts.CentreName,
		varSubject:  subjectOf(about.Contact, language),
		varCategory: about.Contact.Category, varProduct: about.Contact.Product, varContactNo: about.Contact.ExternalID,
		varResolver: about.Resolver,
	}
	if about.Score > 0 {
		values[varScore] = strconv.Itoa(about.Score)
	}
	if at := about.Resolution.ResolvedAt; !at.IsZero() {
		layout := "1月2日"
		if language == "en" {
			layout = "2 January"
		}
		values[varDate] = at.In(s.opts.Zone).Format(layout)
	}
	return values
}

// subjectOf names what a contact was about.
func subjectOf(c contact.Contact, language string) string {
	switch {
	case c.Product == "" || c.Product == c.Category:
		return c.Category
	case c.Category == "":
		return c.Product
	case language == "zh-CN":
		return c.Product + c.Category
	}
	return c.Product + ", " + c.Category
}

// fill puts values into a text. The notice of recordings is added to the opening of a script that does not place it itself; where the
// centre has none, its variable leaves nothing behind. Every other variable without a value is a gap.
func fill(body string, values map[string]string) []Passage {
	parts, _ := parse("", body)
	notice := "{" + varRecording + "}"
	if len(parts) > 0 && values[varRecording] != "" && !strings.Contains(body, notice) {
		parts[0].paragraphs = append(parts[0].paragraphs, notice)
	}
	passages := make([]Passage, 0, len(parts))
	for _, p := range parts {
		passage := Passage{Scene: p.scene}
		for _, paragraph := range p.paragraphs {
			if pieces := fillLine(paragraph, values); len(pieces) > 0 {
				passage.Paragraphs = append(passage.Paragraphs, pieces)
			}
		}
		passages = append(passages, passage)
	}
	return passages
}

// fillLine fills in one paragraph.
func fillLine(line string, values map[string]string) []Piece {
	var pieces []Piece
	say := func(words string) {
		switch n := len(pieces); {
		case words == "":
		case n > 0 && !pieces[n-1].Gap:
			pieces[n-1].Text += words
		default:
			pieces = append(pieces, Piece{Text: words})
		}
	}
	for {
		before, rest, found := strings.Cut(line, "{")
		say(before)
		if !found {
			return pieces
		}
		name, after, closed := strings.Cut(rest, "}")
		switch {
		case !closed: // refused when it is saved; what was never checked is shown as it is
			say("{" + rest)
			return pieces
		case values[name] != "" || name == varRecording:
			say(values[name])
		default:
			pieces = append(pieces, Piece{Text: name, Gap: true})
		}
		line = after
	}
}

// asksForShort reports whether a customer has one of the tags that ask for the short form.
func (c Centre) asksForShort(tags string) bool {
	var has []string
	if json.Unmarshal([]byte(tags), &has) != nil { // no tags
		return false
	}
	return slices.ContainsFunc(has, func(tag string) bool {
		return slices.ContainsFunc(c.ShortTags, func(asks string) bool { return strings.EqualFold(asks, tag) })
	})
}
