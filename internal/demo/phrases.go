package demo

import (
	"context"
	"strings"

	"aftercall/internal/account"
	"aftercall/tasks/callback/script"
)

// sayings are the words a made-up centre has at hand: steps of help by category, and canned phrases.
type sayings struct {
	help    []helpWith
	phrases []string
}

type helpWith struct {
	category string
	steps    []string
}

func sayingsFor(language string) sayings {
	if language == "en" {
		return sayings{
			help: []helpWith{
				{"Broadband fault", []string{"Unplug the modem for a minute", "Is the signal light green?", "Try another cable"}},
			},
			phrases: []string{"Customer confirms that it works", "Wants a technician, evenings only", "Wants to be called by a supervisor"},
		}
	}
	return sayings{
		help: []helpWith{
			{"宽带报修", []string{"请客户把光猫断电一分钟再插上", "看光信号灯是否变绿", "换一根网线再试"}},
			{"IPTV", []string{"请客户把机顶盒断电一分钟再插上", "看机顶盒网口灯是否闪烁"}},
		},
		phrases: []string{"客户确认已修好", "客户要求上门，晚上七点以后方便", "客户要求主管回电", "客户在开会，约下次再打"},
	}
}

// write publishes the sayings of a language.
func (c Centre) write(ctx context.Context, language string) error {
	scripts, admin, s := c.Callbacks.Scripts(), account.Viewer{Role: account.Admin}, sayingsFor(language)
	for _, h := range s.help {
		draft, err := scripts.Draft(ctx, admin, script.Match{Kind: script.Help, Language: language, Category: h.category})
		if err != nil {
			return err
		}
		if draft, err = scripts.Save(ctx, admin, draft.ID, draft.Revision, script.Written{Body: strings.Join(h.steps, "\n")}); err != nil {
			return err
		}
		if _, err := scripts.Publish(ctx, admin, draft.ID, draft.Revision); err != nil {
			return err
		}
	}
	return scripts.SetCentrePhrases(ctx, admin, strings.Join(s.phrases, "\n"))
}
