// Package secretsmanager is this machine's Secrets Manager: its secrets are
// environment variables.
package secretsmanager

import (
	"encoding/json"
	"net/http"
	"os"

	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// Target is the one call that is answered.
const Target = "secretsmanager.GetSecretValue"

// ServeHTTP answers GetSecretValue from the variable that secret.Variable names,
// and ResourceNotFoundException where it is empty.
func ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID string `json:"SecretId"`
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	answer := func(status int, v map[string]string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v) // a caller that is gone needs none
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&in); err != nil || in.ID == "" {
		answer(http.StatusBadRequest, map[string]string{"__type": "InvalidRequestException", "Message": "SecretId was expected"})
		return
	}
	text := os.Getenv(secret.Variable(in.ID))
	if text == "" {
		answer(http.StatusBadRequest, map[string]string{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."})
		return
	}
	answer(http.StatusOK, map[string]string{"Name": in.ID, "SecretString": text})
}
