// Package campaign finds the customers who may be contacted, freezes them in snapshots with a receipt, and exports them.
package campaign
