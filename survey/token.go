package survey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// tokenLength is the length of a token: 128 bits in base 62.
const tokenLength = 22

// alphabet is what a token is made of.
const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// tokens derives the links of invitations from the installation's key. Only their hashes are stored: who reads the database
// cannot answer for a customer, and the sender can make the link again.
type tokens struct{ key []byte }

// of returns the token of the one invitation that a resolution has to a survey.
func (t tokens) of(resolutionID, surveyID int64) string {
	mac := hmac.New(sha256.New, t.key)
	fmt.Fprintf(mac, "invitation:%d:%d", resolutionID, surveyID)
	text := new(big.Int).SetBytes(mac.Sum(nil)[:16]).Text(62)
	return strings.Repeat("0", tokenLength-len(text)) + text
}

// hashOf returns what is stored of a token.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// wellFormed reports whether a string could be a token at all; anything else is not looked up.
func wellFormed(token string) bool {
	if len(token) != tokenLength {
		return false
	}
	for _, c := range []byte(token) {
		if !strings.ContainsRune(alphabet, rune(c)) {
			return false
		}
	}
	return true
}
