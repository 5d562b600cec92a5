package kms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// openSecret reads the symmetric key that is kept, or makes one.
func openSecret(dir, id string) ([]byte, error) {
	path := filepath.Join(dir, id+".key")
	if dir != "" {
		key, err := os.ReadFile(path)
		if err == nil && len(key) != 32 {
			return nil, errors.New(path + " must have 32 bytes")
		}
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return key, err
		}
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil || dir == "" {
		return key, err
	}
	return key, keep(dir, path, key)
}

type dataKeyInput struct {
	keyInput
	KeySpec           string
	EncryptionContext map[string]string
}

// generateDataKey responds as
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html says.
func (s *Service) generateDataKey(in dataKeyInput) (any, error) {
	if in.KeySpec != "AES_256" {
		return nil, wire.Fail("ValidationException", "KeySpec %q is not understood on this machine: AES_256 is", in.KeySpec)
	}
	arn, box, err := s.box(in.KeyId)
	if err != nil {
		return nil, err
	}
	plain, nonce := make([]byte, 32), make([]byte, box.NonceSize())
	if _, err := rand.Read(plain); err != nil {
		return nil, err
	}
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	blob := append([]byte(idOf(arn)+"\x00"), nonce...)
	return map[string]any{
		"KeyId": arn, "Plaintext": plain, "CiphertextBlob": box.Seal(blob, nonce, plain, authenticated(in.EncryptionContext)),
	}, nil
}

type decryptInput struct {
	keyInput
	CiphertextBlob    []byte
	EncryptionContext map[string]string
}

// decrypt responds as
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html says.
func (s *Service) decrypt(in decryptInput) (any, error) {
	invalid := wire.Fail("InvalidCiphertextException", "")
	id, rest, is := strings.Cut(string(in.CiphertextBlob), "\x00")
	if !is {
		return nil, invalid
	}
	arn, box, err := s.box(id)
	if err != nil {
		return nil, invalid
	}
	if named := s.named(in.KeyId); named != "" && named != arn && named != id {
		return nil, wire.Fail("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.")
	}
	if len(rest) < box.NonceSize() {
		return nil, invalid
	}
	n := box.NonceSize()
	plain, err := box.Open(nil, []byte(rest[:n]), []byte(rest[n:]), authenticated(in.EncryptionContext))
	if err != nil {
		return nil, invalid
	}
	return map[string]any{"KeyId": arn, "Plaintext": plain, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}, nil
}

// box is the symmetric key of an ARN, of the id at its end, or of an alias.
func (s *Service) box(id string) (arn string, box cipher.AEAD, err error) {
	id = s.named(id)
	for arn, key := range s.secrets {
		if id != arn && id != idOf(arn) {
			continue
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return "", nil, err
		}
		box, err = cipher.NewGCM(block)
		return arn, box, err
	}
	if arn, _, err := s.find(id); err == nil {
		return "", nil, wire.Fail("InvalidKeyUsageException", "%s key usage is SIGN_VERIFY which is not valid for GenerateDataKey.", arn)
	}
	return "", nil, wire.Fail("NotFoundException", "Key '%s' does not exist", id)
}

// authenticated is an encryption context as one text: encoding/json sorts its keys.
func authenticated(context map[string]string) []byte {
	raw, _ := json.Marshal(context) // a map of strings always is JSON
	return raw
}
