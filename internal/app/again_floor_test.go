package app

import (
	"time"

	"aftercall/tasks/callback/notice"
)

// pinned pins a notice on every desk.
func (o *office) pinned() notice.Notice {
	n, err := o.Notices.Pin(o.ctx(), o.admin, notice.Text{Kind: notice.Announcement, Body: "今晚系统升级"})
	o.must(err)
	o.at = o.at.Add(time.Second)
	return n
}

// floorCases is what the floor hears of desks, and what is pinned on them.
func floorCases() map[string]useCase {
	with := func(do func(o *office, n notice.Notice) error) useCase {
		return func(o *office) func() (any, error) {
			n := o.pinned()
			return func() (any, error) { return nil, do(o, n) }
		}
	}
	return map[string]useCase{
		"Floor.Seen":   just(func(o *office) error { return o.Floor.Seen(o.ctx(), o.caller) }),
		"Floor.WrapUp": just(func(o *office) error { return o.Floor.WrapUp(o.ctx(), o.caller, 7) }),
		"Notices.Pin": func(o *office) func() (any, error) {
			return func() (any, error) {
				return o.Notices.Pin(o.ctx(), o.admin, notice.Text{Kind: notice.Wording, Category: "宽带报修", Body: "明天恢复"})
			}
		},
		"Notices.Edit": with(func(o *office, n notice.Notice) error {
			_, err := o.Notices.Edit(o.ctx(), o.admin, n.ID, n.ChangedAt, notice.Text{Kind: notice.Announcement, Body: "改到明晚"})
			return err
		}),
		"Notices.Unpin": with(func(o *office, n notice.Notice) error { return o.Notices.Unpin(o.ctx(), o.admin, n.ID) }),
		"Notices.PinAgain": with(func(o *office, n notice.Notice) error {
			o.must(o.Notices.Unpin(o.ctx(), o.admin, n.ID))
			return o.Notices.PinAgain(o.ctx(), o.admin, n.ID)
		}),
		"Notices.Read": with(func(o *office, n notice.Notice) error { return o.Notices.Read(o.ctx(), o.caller, n.ID, n.Version) }),
	}
}
