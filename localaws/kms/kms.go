// Package kms serves AWS KMS: Sign and GetPublicKey with keys on the curve P-256,
// GenerateDataKey and Decrypt with symmetric keys. Without a folder, keys end with the
// process.
package kms

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// algorithm is the one signing algorithm of a key on P-256.
const algorithm = "ECDSA_SHA_256"

// maxMessage is how long a message may be, in bytes.
const maxMessage = 4096

// Service answers Sign and GetPublicKey, GenerateDataKey and Decrypt.
type Service struct {
	keys    map[string]*ecdsa.PrivateKey // by ARN
	secrets map[string][]byte            // by ARN; symmetric keys
	aliases map[string]string            // ARNs by alias/NAME
}

// Key is a key to make.
type Key struct {
	ARN string
	// Encrypts makes a symmetric key, in place of one that signs.
	Encrypts bool
	// Aliases are its other names; they begin with alias/.
	Aliases []string
}

// New returns a service with those keys. It keeps them in dir, which only this user
// may read; "" keeps them in memory.
func New(dir string, keys ...Key) (*Service, error) {
	s := &Service{keys: map[string]*ecdsa.PrivateKey{}, secrets: map[string][]byte{}, aliases: map[string]string{}}
	for _, k := range keys {
		for _, alias := range k.Aliases {
			s.aliases[alias] = k.ARN
		}
		var err error
		if k.Encrypts {
			s.secrets[k.ARN], err = openSecret(dir, idOf(k.ARN))
		} else {
			s.keys[k.ARN], err = open(dir, idOf(k.ARN))
		}
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", idOf(k.ARN), err)
		}
	}
	return s, nil
}

func idOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// open reads the key that is kept, or makes one.
func open(dir, id string) (*ecdsa.PrivateKey, error) {
	path := filepath.Join(dir, id+".pem")
	if dir != "" {
		text, err := os.ReadFile(path)
		if err == nil {
			block, _ := pem.Decode(text)
			if block == nil {
				return nil, fmt.Errorf("%s is no PEM", path)
			}
			return x509.ParseECPrivateKey(block.Bytes)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil || dir == "" {
		return key, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, keep(dir, path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

// keep writes a key to its file. A kill must not leave half of it under the name.
func keep(dir, path string, content []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

type keyInput struct{ KeyId string } //nolint:revive // as the service spells it

type signInput struct {
	keyInput
	Message          []byte
	MessageType      string
	SigningAlgorithm string
}

// operations answer as
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html says.
func (s *Service) operations() wire.Service {
	return wire.Service{Name: "kms", MaxBody: 1 << 16, Operations: map[string]wire.Operation{
		"Sign": wire.JSON(func(in signInput) (any, error) {
			arn, key, err := s.find(in.KeyId)
			if err != nil {
				return nil, err
			}
			signature, err := sign(key, in.Message, in.MessageType, in.SigningAlgorithm)
			return map[string]any{"KeyId": arn, "Signature": signature, "SigningAlgorithm": algorithm}, err
		}),
		"GenerateDataKey": wire.JSON(s.generateDataKey),
		"Decrypt":         wire.JSON(s.decrypt),
		"GetPublicKey": wire.JSON(func(in keyInput) (any, error) {
			arn, key, err := s.find(in.KeyId)
			if err != nil {
				return nil, err
			}
			public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
			return map[string]any{
				"KeyId": arn, "PublicKey": public, "KeySpec": "ECC_NIST_P256", "CustomerMasterKeySpec": "ECC_NIST_P256",
				"KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": []string{algorithm},
			}, err
		}),
	}}
}

// ServeHTTP answers the service's calls (AWS JSON 1.1).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.operations().ServeHTTP(w, r) }

// Served lists the operations.
func (s *Service) Served() []string { return s.operations().Served() }

// named returns the ARN that an alias stands for, and anything else as it is.
func (s *Service) named(id string) string {
	if arn, is := s.aliases[id]; is {
		return arn
	}
	return id
}

// find takes an ARN, the id at its end, or an alias.
func (s *Service) find(id string) (arn string, key *ecdsa.PrivateKey, err error) {
	id = s.named(id)
	for arn, key := range s.keys {
		if id == arn || id == idOf(arn) {
			return arn, key, nil
		}
	}
	for arn := range s.secrets {
		if id == arn || id == idOf(arn) {
			return "", nil, wire.Fail("InvalidKeyUsageException", "%s key usage is ENCRYPT_DECRYPT which is not valid for signing.", arn)
		}
	}
	return "", nil, wire.Fail("NotFoundException", "Key '%s' does not exist", id)
}

// sign signs a message, or the SHA-256 of one where its type is DIGEST.
func sign(key *ecdsa.PrivateKey, message []byte, kind, with string) ([]byte, error) {
	switch {
	case len(message) == 0 || len(message) > maxMessage:
		return nil, wire.Fail("ValidationException", "a message has 1 to %d bytes, not %d", maxMessage, len(message))
	case with != algorithm:
		return nil, wire.Fail("InvalidKeyUsageException", "Algorithm %s is incompatible with key spec ECC_NIST_P256.", with)
	}
	switch kind {
	case "DIGEST":
		if len(message) != sha256.Size {
			return nil, wire.Fail("ValidationException", "Digest is invalid length for algorithm %s.", algorithm)
		}
	case "RAW", "":
		sum := sha256.Sum256(message)
		message = sum[:]
	default:
		return nil, wire.Fail("ValidationException", "MessageType %q is not supported on this machine", kind)
	}
	signature, err := ecdsa.SignASN1(rand.Reader, key, message)
	if err != nil {
		return nil, &wire.Failure{Status: http.StatusInternalServerError, Code: "KMSInternalException", Message: err.Error()}
	}
	return signature, nil
}
