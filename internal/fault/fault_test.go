package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"aftercall/internal/fault"
)

func TestTheKindSurvivesWrapping(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := fmt.Errorf("claim callback: %w", fault.Wrap(cause, fault.Conflict, "taken", "somebody else was first"))
	if fault.KindOf(err) != fault.Conflict || !fault.Permanent(err) || !errors.Is(err, cause) {
		t.Fatalf("kind %v of %v", fault.KindOf(err), err)
	}
}

func TestAnErrorWithoutAKindIsOursAndMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	err := errors.New("disk full")
	if fault.KindOf(err) != fault.Internal || fault.Permanent(err) {
		t.Fatal("an unknown error was blamed on the input")
	}
	if fault.Is(nil, fault.Internal) {
		t.Fatal("no error has a kind")
	}
}

func TestAFieldErrorNamesLineFieldValueAndProblem(t *testing.T) {
	t.Parallel()
	err := fault.InvalidFields(fault.Field{Line: 3, Name: "phone", Code: "phone", Problem: "is too short", Value: "12"})
	if got, want := err.Error(), `some fields are not valid; line 3: phone "12": is too short`; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestWithLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	base := fault.New(fault.Conflict, "taken", "taken")
	if named := base.With("by", "Min"); len(base.Args) != 0 || named.Args["by"] != "Min" {
		t.Fatal("a shared error was changed")
	}
}
