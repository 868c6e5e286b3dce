package delivery

// Vault seals what the database keeps of one purpose, such as the addresses of people who get links, with a key made from the
// installation's.
type Vault struct {
	key     []byte
	purpose string
}

// NewVault returns the vault of a purpose. The key is the installation's.
func NewVault(key []byte, purpose string) Vault { return Vault{key, purpose} }

// Seal encrypts a secret.
func (v Vault) Seal(secret string) (string, error) { return seal(v.key, v.purpose, secret) }

// Unseal returns what Seal was given; it fails when the key is another one.
func (v Vault) Unseal(sealed string) (string, error) { return unseal(v.key, v.purpose, sealed) }
