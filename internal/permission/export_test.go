package permission

// LookBack is Rules.lookBack, for tests.
var LookBack = Rules.lookBack
