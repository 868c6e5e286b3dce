package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// TokenPrefix starts every API token, so that scanners of leaked secrets can know them.
const TokenPrefix = "ac_"

// APIToken is the right of a machine to use the API. The database knows only the hash of the token.
type APIToken struct {
	ID         int64
	TokenHash  string
	Name       string
	Role       Role
	SourceID   int64  // the one source a Machine may write to; 0 for the roles of people
	Scopes     string // of a Machine: what else it may, as words with blanks between them
	CreatedAt  clock.Instant
	LastUsedAt clock.Instant
	RevokedAt  clock.Instant
}

// TableName names the table.
func (APIToken) TableName() string { return "api_tokens" }

// ScopeList returns what the token may beside what every token may.
func (t APIToken) ScopeList() []Scope {
	var list []Scope
	for _, word := range strings.Fields(t.Scopes) {
		list = append(list, Scope(word))
	}
	return list
}

// CreateToken creates an API token and returns it in plain: it cannot be shown again. A Machine needs a sourceID, and only a
// Machine can have scopes. It returns fault.Invalid with the wrong fields.
func (s *Service) CreateToken(ctx context.Context, name string, role Role, sourceID int64, scopes ...Scope) (plain string, err error) {
	name = strings.TrimSpace(name)
	if err := checkToken(name, role, sourceID, scopes); err != nil {
		return "", err
	}
	secret, err := newSecret()
	if err != nil {
		return "", err
	}
	plain = TokenPrefix + secret
	words := make([]string, len(scopes))
	for i, scope := range scopes {
		words[i] = string(scope)
	}
	now := s.now()
	err = s.db.InTx(ctx, func(ctx context.Context, tx database.Tx) error {
		token := APIToken{
			TokenHash: hashSecret(plain), Name: name, Role: role, SourceID: sourceID, Scopes: strings.Join(words, " "), CreatedAt: now,
		}
		if err := (store{tx}).insertToken(&token); err != nil {
			return err
		}
		return Audit(tx, now, ViewerFrom(ctx), "token.created", "token", token.ID,
			Detail(map[string]any{"role": role, "source": sourceID, "scopes": words}))
	})
	if err != nil {
		return "", fmt.Errorf("create token: %w", err)
	}
	return plain, nil
}

func checkToken(name string, role Role, sourceID int64, scopes []Scope) error {
	var fields []fault.Field
	if name == "" || len(name) > 100 {
		fields = append(fields, fault.Field{Name: "name", Code: "required", Problem: "is required, at most 100 bytes"})
	}
	if role != Machine && !slices.Contains(Roles(), role) {
		fields = append(fields, fault.Field{Name: "role", Code: "unknown_value", Problem: "is not a role", Value: string(role)})
	}
	if role == Machine && sourceID == 0 {
		fields = append(fields, fault.Field{Name: "source", Code: "required", Problem: "is required for a machine"})
	}
	for _, scope := range scopes {
		switch {
		case !slices.Contains(Scopes(), scope):
			fields = append(fields, fault.Field{Name: "scope", Code: "unknown_value", Problem: "is no scope", Value: string(scope)})
		case role != Machine:
			fields = append(fields, fault.Field{
				Name: "scope", Code: "scope_of_machines", Problem: "is for machines: people may what their role may",
				Value: string(scope),
			})
		}
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

var errToken = fault.New(fault.Unauthenticated, "token_unknown", "the API token is unknown or was revoked")

// ViewerByToken returns the viewer of an API token. It returns fault.Unauthenticated for a token that is unknown or revoked.
func (s *Service) ViewerByToken(ctx context.Context, plain string) (Viewer, error) {
	if !strings.HasPrefix(plain, TokenPrefix) {
		return Viewer{}, errToken
	}
	token, err := store{s.db.View(ctx)}.token(hashSecret(plain))
	if err != nil {
		return Viewer{}, err
	}
	if !token.RevokedAt.IsZero() {
		return Viewer{}, errToken
	}
	if now := s.now(); now.Sub(token.LastUsedAt) >= seenEvery {
		err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.usedToken(token.ID, now) })
		if err != nil && !errors.Is(err, database.ErrUnavailable) { // what can still be read may still be asked
			return Viewer{}, fmt.Errorf("note the use of a token: %w", err)
		}
	}
	return Viewer{
		Name: token.Name, Role: token.Role, SourceID: token.SourceID, Scopes: token.ScopeList(), Language: "en", TokenID: token.ID,
	}, nil
}

// Tokens returns API tokens, the newest first, those with ids below beforeID (0: from the start), at most limit.
func (s *Service) Tokens(ctx context.Context, beforeID int64, limit int) ([]APIToken, error) {
	return store{s.db.View(ctx)}.tokens(beforeID, limit)
}

// RevokeToken ends an API token at once. It returns fault.NotFound for a token that is unknown or already revoked.
func (s *Service) RevokeToken(ctx context.Context, id int64) error {
	now := s.now()
	err := s.db.InTx(ctx, func(ctx context.Context, tx database.Tx) error {
		if err := (store{tx}).revokeToken(id, now); err != nil {
			return err
		}
		return Audit(tx, now, ViewerFrom(ctx), "token.revoked", "token", id, "")
	})
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}

var errNoToken = fault.New(fault.NotFound, "token_gone", "there is no such token, or it was revoked before")
