package app

import (
	"maps"
	"strings"
)

// useCases is everything that writes, by the name of its method or job.
func useCases() map[string]useCase {
	all := map[string]useCase{}
	for _, some := range []map[string]useCase{
		accountCases(), contactCases(), importCases(), permissionCases(), rulesCases(),
		surveyCases(), callerCases(), rosterCases(), taskCases(), handoffCases(), scriptCases(), skillCases(), floorCases(),
		policyCases(), campaignCases(),
		jobCases(), peopleCases(), incidentCases(),
	} {
		maps.Copy(all, some)
	}
	return all
}

// just is a use case that answers nothing but whether it could be done.
func just(do func(o *office) error) useCase {
	return func(o *office) func() (any, error) { return func() (any, error) { return nil, do(o) } }
}

// worked are the exported methods that a job in the table runs.
func worked() []string {
	return strings.Fields(`
		Accounts.Prune Contacts.SettleAddress Identity.Identify Identity.ScanPersons Imports.Execute Permission.Refresh Figures.Fold
		Figures.FoldAll Surveys.Invite Surveys.Record Surveys.RecordCall Surveys.Remind Surveys.Reminded Surveys.Sent
		Missed.Plan Missed.Begin Missed.Sent Bulk.Work Handoffs.Watch Handoffs.Settle Handoffs.SettleAtSource
		Couriers.Plan Couriers.Begin Couriers.Sent
		Decisions.CancelContact Decisions.DropRefusedSurveys Decisions.SurveyAnswered Callbacks.DropRefused
		Callbacks.FreeAbsent Callbacks.HandBackRest Performance.Recount Performance.Roll
		Callbacks.Suspend Callbacks.Unsuspend Decisions.ReleaseSurveys Incidents.Tie Incidents.TieBefore Incidents.Free
		Incidents.BeginNotice Incidents.NoticeSent Incidents.Bursts
		Callbacks.Offer Callbacks.SortSkills Decisions.Plan Decisions.Redecide Decisions.RunDry Campaigns.Build Campaigns.Recount`)
}

// reads are the exported methods that write nothing, or nothing but a job.
func reads() []string {
	return strings.Fields(`
		Accounts.AuditEntries Accounts.HeldBy Accounts.HeldIf Accounts.ListUsers Accounts.PlanUsers Accounts.SkillNames
		Accounts.TeamsToGive Accounts.UserByLink Accounts.UserByLogin Accounts.UserFor Accounts.Sessions Accounts.TeamNames Accounts.Teams
		Accounts.TeamsOfUsers
		Accounts.Tokens Accounts.User Accounts.UserNames Accounts.Users Identity.Candidates Contacts.Contact Contacts.ContactsByID
		Contacts.Customer Contacts.Events Contacts.CustomersByID Contacts.Find Contacts.Meet Maintenance.Sheet
		Contacts.List Identity.Person Contacts.SourceNames Contacts.Sources
		Contacts.SourceNamed
		Imports.CheckFile Imports.Issues Imports.Mapping Imports.Mappings Imports.Preview Imports.Remembered Imports.Run Imports.Runs
		Imports.Try Permission.Ask
		Permission.ConsentsOf Permission.RulesVersion Permission.RulesVersions Permission.StandingCounts Permission.StandingsBy
		Permission.Subject Permission.Suppressions Permission.SuppressionsOn Permission.Verdicts Permission.Who Figures.Breakdown
		Figures.Report Figures.Score Figures.Series Figures.Span Figures.Unfolded Figures.Verify Surveys.Answered Surveys.ByToken
		Surveys.Current Surveys.LowScores Surveys.Names Surveys.Preferences Surveys.Reasons Policies.Attributes Calls.Answers
		Callbacks.MayOffer Callbacks.FreedUnseen Callbacks.OwnTimeAt Performance.Lines Performance.Own Performance.Report
		Roster.Changes Roster.Export Roster.Grid Roster.Mine Roster.OnShift Roster.ReadFile Roster.Rehearse Roster.Shifts
		Callbacks.Beat Pauses.Current Callbacks.Changes Callbacks.Receivers
		Callbacks.ToCorrect Worklist.Marks Callbacks.Outcomes Callbacks.Reasons
		Outcomes.Current Outcomes.Version Outcomes.Versions
		Callbacks.ByID Worklist.List Worklist.Count Worklist.Each Worklist.ByIDs Worklist.Rows Worklist.Categories Worklist.Saved
		Callbacks.Weigh Bulk.Weigh
		Bulk.Report Bulk.Rows Bulk.Recent Callbacks.Current Decisions.DaySums Decisions.List Decisions.DryRunByID
		Decisions.DryRuns Worklist.MyDay Worklist.MyTasks Policies.List Policies.ByID Worklist.Recoveries Worklist.RecoveriesOf
		Decisions.Summary Callbacks.Supply Callbacks.Queue Callbacks.QueueRows Contacts.Deliveries Jobs.Health Worklist.DaysOf
		Floor.Behind Floor.Pulse Floor.Watch Notices.ByID Notices.List Notices.OnDesk
		Decisions.SurveyPlan Policies.UsedCodes Policies.Words Campaigns.Audience Campaigns.Audiences
		Campaigns.Count Campaigns.Examples Campaigns.Explain Campaigns.ExportByID Campaigns.Exports Campaigns.Members
		Campaigns.NewestSnapshots Campaigns.SnapshotByID Campaigns.Snapshots Jobs.Counts Jobs.CountsUpTo Jobs.Dead Jobs.Done
		Jobs.Idle Messages.Newest Callbacks.Help Callbacks.Script PBX.Dial PBX.Link PBX.Settings
		Incidents.Active Incidents.ByID Incidents.Contacts Incidents.Events Incidents.HeldCounts Incidents.List Incidents.MayChange
		Incidents.Preview Incidents.Standing Policies.CheckFilter
		Scripts.All Scripts.ByID Scripts.Centre Scripts.History Scripts.Phrases Scripts.Preview Scripts.Say
		Couriers.By Couriers.ByToken Couriers.Contacts Couriers.Links
		Handoffs.ByID Handoffs.Counts Handoffs.DefaultTeam Handoffs.ErrorCounts Handoffs.List Handoffs.Notices Handoffs.OfCaller
		Handoffs.OfSecondCall Handoffs.Terms Handoffs.WouldGo Callbacks.Said
		Skills.All Skills.ByID`)
}
