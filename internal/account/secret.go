package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
)

// newSecret returns 32 random bytes in base62, always 43 characters.
func newSecret() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	return fmt.Sprintf("%043s", new(big.Int).SetBytes(b).Text(62)), nil
}

// hashSecret is what the database keeps of a secret. The secrets are random and long, so a plain hash cannot be reversed.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
