// Package survey asks customers: questionnaires with immutable versions, invitations with one-time tokens, and responses.
package survey
