package script

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Centre is what a centre says in every call, and who may hear recordings.
type Centre struct {
	Recorded  bool              `json:"recorded"`   // calls are recorded: scripts say so
	Notice    map[string]string `json:"notice"`     // how they say it, by language
	ShortTags []string          `json:"short_tags"` // customers with one of these tags are read the short form first
	OwnCalls  bool              `json:"own_calls"`  // callers may listen to the recordings of their own calls
}

const (
	centreSetting = "scripts.centre"
	maxNotice     = 300
	maxShortTags  = 20
)

// firstCentre is what a new centre begins with. Calls count as recorded until an administrator says otherwise: to tell somebody of a
// recording that is not made harms nobody, and the other way round does.
func firstCentre() Centre {
	return Centre{
		Recorded: true,
		Notice: map[string]string{
			"zh-CN": "为了保证服务质量，本次通话会录音。", "en": "This call is recorded so that we can keep up the quality of our service.",
		},
		ShortTags: []string{"长者", "老年", "elderly"},
	}
}

// notice is what scripts in a language say of recordings; empty where nothing is recorded.
func (c Centre) notice(language string) string {
	if !c.Recorded {
		return ""
	}
	return c.Notice[language]
}

// Centre returns what the centre says in every call.
func (s *Service) Centre(ctx context.Context) (Centre, error) { return centreOf(s.db.View(ctx)) }

func centreOf(tx database.Tx) (Centre, error) {
	kept, err := database.Setting(tx, centreSetting)
	if err != nil || kept == "" {
		return firstCentre(), err
	}
	var c Centre
	if err := json.Unmarshal([]byte(kept), &c); err != nil {
		return Centre{}, fmt.Errorf("read what scripts say of recordings: %w", err)
	}
	return c, nil
}

// CallersHearTheirOwn reports whether callers may listen to the recordings of their own calls.
func CallersHearTheirOwn(tx database.Tx) (bool, error) {
	c, err := centreOf(tx)
	return c.OwnCalls, err
}

// SetCentre keeps what the centre says in every call. It returns fault.Forbidden for anybody but an administrator, and fault.Invalid with
// the wrong fields: notice_<language> and short_tags.
func (s *Service) SetCentre(ctx context.Context, viewer account.Viewer, c Centre) error {
	if viewer.Role != account.Admin {
		return errMayNotSet
	}
	c, problems := c.clean()
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write what scripts say of recordings: %w", err)
	}
	now := s.now()
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.PutSetting(tx, centreSetting, string(body)); err != nil {
			return err
		}
		detail := account.Detail(map[string]any{"recorded": c.Recorded, "own_calls": c.OwnCalls})
		return account.Audit(tx, now, viewer, "script.settings", "setting", 0, detail)
	})
}

func (c Centre) clean() (Centre, []fault.Field) {
	var problems []fault.Field
	notice := map[string]string{}
	for _, language := range Languages() {
		said := text.Name(c.Notice[language])
		switch field := "notice_" + language; {
		case c.Recorded && said == "":
			problems = append(problems, problemAt(field, 0, "required", "is required", ""))
		case utf8.RuneCountInString(said) > maxNotice:
			problems = append(problems, problemAt(field, 0, "notice_long", "has more than 300 characters", ""))
		case strings.ContainsAny(said, "{}"):
			problems = append(problems, problemAt(field, 0, "notice_braces", "must not have variables", ""))
		}
		notice[language] = said
	}
	var tags []string
	for _, tag := range c.ShortTags {
		if tag = text.Name(tag); tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if len(tags) > maxShortTags || slices.ContainsFunc(tags, func(t string) bool { return utf8.RuneCountInString(t) > maxName }) {
		problems = append(problems, problemAt("short_tags", 0, "tags_many", "must be at most 20 tags", ""))
	}
	c.Notice, c.ShortTags = notice, tags
	return c, problems
}
