package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"aftercall/internal/fault"
)

// keyBytes is the length of the secret key: what HMAC-SHA256 takes as it is.
const keyBytes = 32

// secretKey returns the installation's key: from the settings if it is there, else from the file secret.key in the data
// directory, which is made on first use. made is the path of a file that was just made, or "".
func secretKey(cfg Config) (key []byte, made string, err error) {
	if cfg.Key != "" {
		key, err = parseKey(cfg.Key)
		return key, "", err
	}
	path := filepath.Join(cfg.DataDir, "secret.key")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(path); err != nil {
			return nil, "", fmt.Errorf("make the secret key: %w", err)
		}
		made = path
	}
	key, err = readKey(path)
	return key, made, err
}

// warnOfReaders says which folders of ours others can look into. What we make there is closed to them; what is put there is not.
func (a *App) warnOfReaders(ctx context.Context) {
	folders := []string{filepath.Clean(a.cfg.DataDir)}
	if file, ok := strings.CutPrefix(a.cfg.database(), "sqlite:"); ok && filepath.Dir(file) != folders[0] {
		folders = append(folders, filepath.Dir(file))
	}
	for _, folder := range folders {
		info, err := os.Stat(folder)
		if err == nil && info.Mode().Perm()&0o077 != 0 && (a.parts.Web || a.parts.Work) {
			a.log.WarnContext(ctx, "others can read the data directory: chmod 700",
				"directory", folder, "mode", info.Mode().Perm().String())
		}
	}
}

func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Invalid, "key_readable", "others can read the secret key: chmod 600 "+path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	return parseKey(string(text))
}

func parseKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != keyBytes {
		return nil, fault.New(fault.Invalid, "key_malformed",
			fmt.Sprintf("the secret key must be %d bytes in hex, as openssl rand -hex %d makes them", keyBytes, keyBytes))
	}
	return key, nil
}

// makeKey writes a new key. The file appears whole or not at all, and is never replaced: two processes that start at once end up
// with the same one.
func makeKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.WriteString(hex.EncodeToString(key) + "\n")
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
