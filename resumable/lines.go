package resumable

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// The record of a download may be followed by lines, one for each range that came
// after it was put: number, CRC-64, and the CRC-32C of the record and of what the line
// says, so that neither a piece of a line nor one that followed another record is
// taken for one:
//
//	{"crc32c":"89abcdef","version":1,...}
//	3 0123456789abcdef 89abcdef

// line is r as it follows a record.
func (r rangeState) line(record uint32) []byte {
	said := fmt.Appendf(nil, "%d %016x", r.Number, r.CRC)
	return fmt.Appendf(said, " %08x\n", crc32.Update(record, castagnoli, said))
}

// splitLines parts a record as it was put from the lines after it.
func splitLines(data []byte) (put, lines []byte) {
	if end := bytes.IndexByte(data, '\n'); end >= 0 {
		return data[:end+1], data[end+1:]
	}
	return data, nil
}

// checksum is what the lines after a record bear in themselves.
func checksum(put []byte) uint32 { return crc32.Checksum(put, castagnoli) }

// readLines gives the ranges that lines claim, of so many that there are, up to the
// first line that is not what was appended: what follows that may be left of anything.
// The same range may come again. More than maxRanges lines are an error.
func readLines(lines []byte, record uint32, count int) (claimed []rangeState, err error) {
	for line := range bytes.Lines(lines) {
		r, ok := parseLine(line, record)
		if !ok || r.Number < 1 || r.Number > count {
			break
		}
		if int64(len(claimed)) == maxRanges {
			return nil, fmt.Errorf("more than %d lines", maxRanges)
		}
		claimed = append(claimed, r)
	}
	return claimed, nil
}

func parseLine(line []byte, record uint32) (r rangeState, ok bool) {
	number, rest, _ := strings.Cut(string(line), " ")
	crc, _, _ := strings.Cut(rest, " ")
	var badNumber, badCRC error
	r.Number, badNumber = strconv.Atoi(number)
	r.CRC, badCRC = strconv.ParseUint(crc, 16, 64)
	return r, badNumber == nil && badCRC == nil && bytes.Equal(r.line(record), line)
}
