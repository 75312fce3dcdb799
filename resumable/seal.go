package resumable

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
)

// A record is one line, which begins with the CRC-32C of all that follows the
// checksum's own member, so that no bit of it can turn without being noticed:
//
//	{"crc32c":"89abcdef","version":1,...}
const (
	sealFormat = `{"crc32c":"%08x",`
	sealSize   = len(sealFormat) - len("%08x") + 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal encodes a record, whose JSON must be an object with members.
func seal(rec any) ([]byte, error) {
	data, err := json.Marshal(rec)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	rest := append(data[1:], '\n')
	return fmt.Appendf(nil, sealFormat+"%s", crc32.Checksum(rest, castagnoli), rest), nil
}

// unseal decodes a record if its checksum holds. What can be decoded is, also
// with an error.
func unseal(data []byte, rec any) error {
	if err := json.Unmarshal(data, rec); err != nil {
		return err
	}
	if len(data) < sealSize || string(data[:sealSize]) != fmt.Sprintf(sealFormat, crc32.Checksum(data[sealSize:], castagnoli)) {
		return errors.New("checksum differs")
	}
	return nil
}
