package delivery

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// sealer encrypts secrets that the database keeps with a key made from the installation's, so that a copy of the database alone gives
// none of them away. What it seals for one purpose opens for no other.
func sealer(key []byte, purpose string) (cipher.AEAD, error) {
	own, err := hkdf.Key(sha256.New, key, nil, "aftercall "+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("make the key for %s: %w", purpose, err)
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return nil, fmt.Errorf("make the cipher for %s: %w", purpose, err)
	}
	return cipher.NewGCM(block)
}

func seal(key []byte, purpose, secret string) (string, error) {
	aead, err := sealer(key, purpose)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.StdEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(secret), nil)), nil
}

// unseal returns what was sealed; it fails when the key is another one, or the text was changed.
func unseal(key []byte, purpose, sealed string) (string, error) {
	aead, err := sealer(key, purpose)
	if err != nil {
		return "", err
	}
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(b) < aead.NonceSize() {
		return "", fmt.Errorf("unseal the secret of %s: it is cut short", purpose)
	}
	secret, err := aead.Open(nil, b[:aead.NonceSize()], b[aead.NonceSize():], nil)
	if err != nil {
		return "", fmt.Errorf("unseal the secret of %s: %w", purpose, err)
	}
	return string(secret), nil
}
