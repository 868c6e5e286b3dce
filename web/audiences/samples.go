package audiences

import (
	"net/url"

	"aftercall/campaign"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/web/frame"
)

func audiencesSamples() []frame.View {
	snapshot := campaign.Snapshot{ID: 3, AudienceID: 1, State: campaign.Built, Eligible: 12, AsOf: 1, RuleHash: "a91f"}
	running := snapshot
	running.State, running.Expected = campaign.Building, 4
	row := audienceRow{ID: 1, Name: "Satisfied", Rule: "resolved in the last 90 days", Reach: "call", Version: 2, Snapshot: &snapshot}
	other := row
	other.Snapshot = nil
	full := waterfall{
		AsOf: 1, Hash: "a91f", PolicyVersion: 1, Base: 10, Eligible: 2,
		Rows: []waterfallRow{
			{Kind: "base", Label: "All", Count: "10", Bar: bar{Width: 100}},
			{Kind: "out", Label: "No consent", Count: "−8", Only: 3, Earliest: clock.Instant(1), Href: "/x", Bar: bar{X: 20, Width: 80}},
		},
	}
	wrong := frame.Form{Errors: map[string]string{"reason": "is required"}, Error: "wrong"}
	return []frame.View{
		&audiencesPage{},
		&audiencesPage{Audiences: []audienceRow{row, other}},
		&audiencePage{
			Audience: row, Waterfall: full, Form: wrong, Counting: true,
			Snapshots: []snapshotRow{{Snapshot: snapshot, By: "Lin"}, {Snapshot: running}},
		},
		&audiencePage{Audience: other},
	}
}

func explainSamples() []frame.View {
	traced := tracedRule{Text: "all of", Children: []tracedRule{
		{Text: "resolved", Holds: true, Known: "2026-11-02"},
		{Text: "any of", Children: []tracedRule{{Text: "tag"}}},
	}}
	customer := contact.Customer{ID: 4, Name: "张伟", Reference: "C-1"}
	return []frame.View{
		&explainPage{AudienceID: 1},
		&explainPage{AudienceID: 1, Query: "x", Asked: true},
		&explainPage{AudienceID: 1, Query: "x", Asked: true, Found: []contact.Customer{customer, customer}},
		&explainPage{AudienceID: 1, Asked: true, Answer: &explanation{
			Customer: customer, AsOf: 1, First: "x", Reasons: []explainedReason{{"x", "y", 1}, {Text: "z"}},
			AllowedFrom: 1, Consent: "c", Trace: traced,
		}},
		&explainPage{AudienceID: 1, Asked: true, Answer: &explanation{Customer: contact.Customer{ID: 5}, Eligible: true, Trace: traced}},
		&explainPage{AudienceID: 1, Asked: true, Answer: &explanation{
			Customer: customer, First: "x", Reasons: []explainedReason{{Text: "x"}}, Trace: traced,
		}},
		&examplesPage{AudienceID: 1},
		&examplesPage{
			AudienceID: 1, Reason: "no_consent", Limit: 1,
			Customers: []exampleRow{{ID: 4, Name: "张伟", Reference: "C", Address: "+86", Others: "x", AllowedFrom: 1}, {ID: 5}},
		},
	}
}

func exportsSamples() []frame.View {
	row := exportRow{Export: campaign.Export{
		ID: 1, SnapshotID: 3, Format: campaign.CSV, Reason: "autumn", Members: 5,
		RowCount: 3, SHA256: "abcdef0123456789", SizeBytes: 2000, CreatedAt: 1,
	}, By: "Lin"}
	return []frame.View{
		&exportsPage{},
		&exportsPage{Exports: []exportRow{row}, Pager: frame.Pager{Older: "/x"}},
		&exportPage{Export: row, Snapshot: campaign.Snapshot{ID: 3, AudienceID: 1, AsOf: 1}, Left: []leftRow{{"refused", 2}}},
	}
}

func audienceFormSamples() []frame.View {
	wrong := frame.Form{
		Values: url.Values{"name": {"x"}},
		Errors: map[string]string{"days": "must be 1 to 3650", "rule": "is no rule"}, Error: "wrong",
	}
	return []frame.View{
		&audienceFormPage{
			Form: wrong, Reaches: []frame.Option{{Value: "phone", Label: "call"}},
			Moods:    []frame.Checkbox{{Name: "score", Value: "satisfied", Label: "satisfied", Checked: true}},
			Channels: []frame.Checkbox{{Name: "contact_channel", Value: "phone", Label: "phone", Checked: false}},
		},
		&audienceFormPage{ID: 3, Form: wrong, Nested: true},
	}
}

func snapshotsSamples() []frame.View {
	built := snapshotRow{Snapshot: campaign.Snapshot{
		ID: 3, AudienceID: 1, State: campaign.Built, Reason: "autumn",
		RuleHash: "a91f", AsOf: 1, FinishedAt: 2, Base: 10, Eligible: 2,
	}, By: "Lin"}
	building := built
	building.State, building.Expected = campaign.Building, 20
	failed, cancelled := built, built
	failed.State, cancelled.State = campaign.Failed, campaign.Cancelled
	audience := audienceRow{ID: 1, Name: "Satisfied", Rule: "resolved", Reach: "call", Version: 2}
	full := waterfall{AsOf: 1, Base: 10, Eligible: 2, Rows: []waterfallRow{{Kind: "base", Label: "All", Count: "10"}}}
	return []frame.View{
		&snapshotPage{Snapshot: building, Audience: audience},
		&snapshotPage{Snapshot: failed, Audience: audience, Why: "the database is gone"},
		&snapshotPage{Snapshot: cancelled, Audience: audience},
		&snapshotPage{
			Snapshot: built, Audience: audience, Waterfall: full, Formats: []frame.Option{{Value: "csv", Label: "CSV"}},
			Form: frame.Form{Error: "wrong"}, Pager: frame.Pager{Older: "/x"},
			Members: []memberRow{
				{CustomerID: 4, Name: "张伟", Reference: "C-1", Address: "+86139****8000", Evidence: "resolution 12", ConsentID: 5},
				{CustomerID: 5},
			},
			Exports: []exportRow{
				{Export: campaign.Export{ID: 1, SnapshotID: 3, Format: campaign.CSV, RowCount: 2, SHA256: "ab", CreatedAt: 1}, By: "Lin"},
			},
		},
		&snapshotPage{Snapshot: built, Audience: audience, Formats: []frame.Option{{Value: "csv", Label: "CSV"}}},
	}
}
