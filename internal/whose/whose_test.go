package whose_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"aftercall/internal/whose"
)

func TestANameIsTheSameInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, spellings := range [][]string{
		{"Ann Lee", "ann lee", " ANN  LEE ", "Lee, Ann", "Ａｎｎ　Ｌｅｅ", "Ann-Lee"},
		{"王敏", "王 敏", "王　敏", "王·敏"},
		{"José Núñez", "Jose Nunez", "JOSE\u0301 NÚÑEZ"},
		{"김민수", "김 민수"},
		{"", "-", "***", "  ", "（）"},
	} {
		t.Run(spellings[0], func(t *testing.T) {
			for _, s := range spellings[1:] {
				if whose.Fold(s) != whose.Fold(spellings[0]) {
					t.Errorf("%q is %q, %q is %q", s, whose.Fold(s), spellings[0], whose.Fold(spellings[0]))
				}
			}
		})
	}
	for _, pair := range [][2]string{{"王敏", "王芳"}, {"Ann", "Ben"}, {"Ann Lee", "Ann"}, {"张伟", ""}, {"ann1", "ann2"}} {
		t.Run(pair[0]+" "+pair[1], func(t *testing.T) {
			if whose.Fold(pair[0]) == whose.Fold(pair[1]) {
				t.Errorf("%q and %q are one name", pair[0], pair[1])
			}
		})
	}
}

// said describes somebody under one mailbox by a name and numbers.
func said(name string, numbers ...string) *whose.Description {
	var others []whose.Address
	for _, n := range numbers {
		others = append(others, whose.Address{Kind: "phone", Raw: n, Normalised: n})
	}
	d := whose.Describe(1, "box@example.com", name, others)
	return &d
}

func TestAnAddressIsContestedWhereNameAndEveryOtherAddressDiffer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		all  []*whose.Description
		want bool
	}{
		"another name and another number":          {[]*whose.Description{said("Ann", "1"), said("Ben", "2")}, true},
		"another name, the same number":            {[]*whose.Description{said("Ann", "1"), said("Ben", "1")}, false},
		"another name, one number in common":       {[]*whose.Description{said("Ann", "1", "2"), said("Ben", "2", "3")}, false},
		"the same name, another number":            {[]*whose.Description{said("Ann", "1"), said("ANN", "2")}, false},
		"no name":                                  {[]*whose.Description{said("Ann", "1"), said("", "2")}, false},
		"no number":                                {[]*whose.Description{said("Ann", "1"), said("Ben")}, false},
		"nothing":                                  {[]*whose.Description{said("Ann", "1"), said("")}, false},
		"two who disagree with a third in between": {[]*whose.Description{said("Ann", "1"), said("Ben", "1", "2"), said("Cat", "2")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := whose.Disagree(tt.all); got != tt.want {
				t.Errorf("contested is %t", got)
			}
		})
	}
}

func TestAnAddressWithMoreDescriptionsThanACustomerHasIsContested(t *testing.T) {
	t.Parallel()
	var all []*whose.Description
	for i := range whose.Most {
		all = append(all, said("Ann", strconv.Itoa(i)))
	}
	if whose.Disagree(all) {
		t.Error("one name with many numbers is several people")
	}
	if !whose.Disagree(append(all, said("Ann", "another"))) {
		t.Error("there is no end to what is compared")
	}
}

func TestAReferenceFitsAndTellsKeysApart(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("王", 300)
	a, b := whose.Reference("box@example.com", long+"a"), whose.Reference("box@example.com", long+"b")
	if a == b || utf8.RuneCountInString(a) > 191 {
		t.Errorf("%q and %q", a, b)
	}
	if got := said("", "1").Reference(); got != "box@example.com · 1" || !whose.Under(got, "box@example.com") {
		t.Errorf("without a name %q", got)
	}
	if whose.Under("box@example.community", "box@example.com") || whose.Reference("a", "") != "a" {
		t.Error("another address is under this one")
	}
}

func TestWhatARecordLeavesOutIsAsItSaidBefore(t *testing.T) {
	t.Parallel()
	before := said("Ann", "1")
	if got := said("").Over(before); got.Hash != before.Hash {
		t.Errorf("nothing new is %+v", got)
	}
	if got := said("", "2").Over(before); got.Hash != said("Ann", "2").Hash {
		t.Errorf("another number is %+v", got)
	}
	if got := said("Ben").Over(before); got.Hash != said("Ben", "1").Hash {
		t.Errorf("another name is %+v", got)
	}
}
