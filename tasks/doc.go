// Package tasks decides the follow-up of every resolution and carries out the callbacks.
package tasks
