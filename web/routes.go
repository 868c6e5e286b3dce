package web

import "slices"

// allRoutes is every route there is but the JSON API's, which describes itself.
func (s *Server) allRoutes() []route {
	return slices.Concat(
		s.homeRoutes(),
		s.loginRoutes(),
		s.meRoutes(),
		s.boardRoutes(),
		s.deskRoutes(),
		s.tasksRoutes(),
		s.callbacksRoutes(),
		s.decisionsRoutes(),
		s.policiesRoutes(),
		s.dryRunsRoutes(),
		s.attributesRoutes(),
		s.contactsRoutes(),
		s.personsRoutes(),
		s.permissionRoutes(),
		s.customerPermissionRoutes(),
		s.suppressionsRoutes(),
		s.callingHoursRoutes(),
		s.holidaysRoutes(),
		s.permissionImportRoutes(),
		s.importsRoutes(),
		s.scoresRoutes(),
		s.jobsRoutes(),
		s.surveyRoutes(),
		s.messagesRoutes(),
		s.audiencesRoutes(),
		s.exportsRoutes(),
		s.usersRoutes(),
		s.tokensRoutes(),
	)
}

// samples is every page there is, each at least once: loadViews executes them all, so a page whose template does not fit its
// struct keeps the server from starting. Give samples with content: a branch that is not executed is not checked.
func samples() []view {
	return slices.Concat(
		shellSamples(),
		loginSamples(),
		meSamples(),
		boardSamples(),
		deskSamples(),
		tasksSamples(),
		callbacksSamples(),
		decisionsSamples(),
		policiesSamples(),
		policyRuleSamples(),
		dryRunsSamples(),
		attributesSamples(),
		contactsSamples(),
		personsSamples(),
		permissionSamples(),
		customerPermissionSamples(),
		suppressionsSamples(),
		callingHoursSamples(),
		holidaysSamples(),
		permissionImportSamples(),
		importsSamples(),
		scoresSamples(),
		jobsSamples(),
		surveySamples(),
		preferencesSamples(),
		messagesSamples(),
		audiencesSamples(),
		audienceFormSamples(),
		explainSamples(),
		snapshotsSamples(),
		exportsSamples(),
		usersSamples(),
		tokensSamples(),
	)
}
