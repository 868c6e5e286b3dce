// Package contacttest takes contacts in for tests. Only tests import it.
package contacttest

import (
	"testing"

	"aftercall/internal/contact"
)

// Source returns the source of a name, which is added if it is not there.
func Source(t testing.TB, contacts *contact.Service, name string) contact.Source {
	t.Helper()
	source, err := contacts.EnsureSource(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// Take takes contacts of a source in and returns what became of each, which may be that it was rejected.
func Take(t testing.TB, contacts *contact.Service, source int64, batch ...contact.Input) []contact.Outcome {
	t.Helper()
	outcomes, err := contacts.Take(t.Context(), source, batch)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}
