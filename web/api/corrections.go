package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/fault"
	"aftercall/internal/upkeep"
	"aftercall/web/frame"
)

// correctionView is what somebody corrected of one field of a customer.
type correctionView struct {
	ID         int64         `json:"id" doc:"Ask for what comes after it next time."`
	CustomerID int64         `json:"customer_id"`
	Reference  string        `json:"reference" doc:"The customer's at the source; an address where the source gave none."`
	Field      string        `json:"field" enum:"name,phones,language,zone,tags"`
	Before     any           `json:"before" doc:"A text; of phones and tags a list of them."`
	After      any           `json:"after" doc:"As before."`
	At         clock.Instant `json:"at"`
	Standing   bool          `json:"standing" doc:"Whether it stands: the source has sent no other value than it had."`
}

// correctionList is a part of the feed.
type correctionList struct {
	Corrections []correctionView `json:"corrections"`
	Next        int64            `json:"next" doc:"What to ask for next, as after; the same as was asked where there is nothing new."`
}

// correctionRoutes is what a source takes over from the centre.
func (a *API) correctionRoutes(schemas huma.Registry) []Route {
	list := schemas.Schema(reflect.TypeFor[correctionList](), true, "CorrectionList")
	number := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"}}
	}
	return []Route{{
		Operation: huma.Operation{
			OperationID: "list-corrections", Method: http.MethodGet, Path: "/corrections",
			Summary: "What callers corrected of the source's customers",
			Description: "In the order in which it was corrected. Asking for what comes after a correction says that it and all before " +
				"it are known. A correction stands until the source sends another value than the one it had: sending the old one " +
				"undoes nothing, sending the corrected one takes it over.",
			Parameters: []*huma.Param{
				number("after", "The id of the last correction that is known; all when absent."),
				number("limit", "How many at most, from 1 to 500; 500 when absent."),
			},
			Responses: responses(schemas, map[string]*huma.Response{
				"200": {Description: "A part of the feed.", Content: map[string]*huma.MediaType{"application/json": {Schema: list}}},
			}, "401", "403", "422"),
		},
		Roles: []account.Role{account.Machine}, handle: a.listCorrections,
	}}
}

// listCorrections answers with a part of the feed of the token's source.
func (a *API) listCorrections(c *gin.Context) error {
	after, err := queryNumber(c, "after", 0)
	if err != nil {
		return err
	}
	limit, err := queryNumber(c, "limit", maintenance.MostTold)
	if err != nil {
		return err
	}
	told, err := a.customers.Feed(c.Request.Context(), frame.Viewer(c), after, int(min(limit, maintenance.MostTold)))
	if err != nil {
		return err
	}
	list := correctionList{Corrections: make([]correctionView, len(told)), Next: after}
	for i, t := range told {
		list.Corrections[i] = correctionView{
			ID: t.ID, CustomerID: t.CustomerID, Reference: t.Reference, Field: string(t.Field), At: t.At, Standing: t.EndedAt.IsZero(),
			Before: valueOf(t.Field, t.OldValue), After: valueOf(t.Field, t.NewValue),
		}
		list.Next = t.ID
	}
	c.JSON(http.StatusOK, list)
	return nil
}

// valueOf is the value of a field as JSON has it: a text, or a list.
func valueOf(field upkeep.Field, value string) any {
	if field == upkeep.Phones || field == upkeep.Tags {
		return json.RawMessage(value)
	}
	return value
}

// queryNumber reads a whole number from 0 on of the query.
func queryNumber(c *gin.Context, name string, absent int64) (int64, error) {
	text := c.Query(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.InvalidFields(fault.Field{
			Name: name, Code: "not_a_number", Problem: "must be a whole number from 0 on", Value: text,
		})
	}
	return n, nil
}
