package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
)

// ReadLog reads the hashes of digests, by day, from lines that functions/digest
// logged. It skips other lines, and what is before the JSON of a line, such as a
// time.
func ReadLog(r io.Reader) (map[digest.Day]string, error) {
	logged := map[digest.Day]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var line struct {
			Msg    string `json:"msg"`
			Day    string `json:"day"`
			SHA256 string `json:"sha256"`
		}
		text := lines.Bytes()
		if begin := slices.Index(text, '{'); begin < 0 || json.Unmarshal(text[begin:], &line) != nil || line.Msg != "digest" {
			continue
		}
		day, err := digest.ParseDay(line.Day)
		if err != nil {
			return nil, err
		}
		logged[day] = line.SHA256
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(logged) == 0 {
		return nil, errors.New("no digests in it; must be lines that functions/digest logged")
	}
	return logged, nil
}
