package ossserver

import (
	"crypto/md5"
	"encoding"
	"encoding/base64"
	"hash"
	"io"
	"net/http"
	"os"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// The parts of a sequential upload come in the order of their numbers. So the
// MD5 of the whole can grow with them: each part keeps the state of the hash
// behind it, and Complete tells the Content-MD5 of the object.

// running is the state of the MD5 over an upload before and behind a part. Both
// are empty when the upload is not sequential.
type running struct{ before, behind string }

// runMD5 takes the MD5 of a sequential upload over a part that is staged.
func (s *Server) runMD5(t target, id string, number int, body *staged) (running, error) {
	sequential, run := false, running{}
	err := s.store.view(func(tx *transaction) error {
		b, u, err := tx.upload(t, id)
		if err != nil || !u.Sequential {
			return err
		}
		sequential = true
		run.before, err = stateBehind(b, id, number-1)
		return err
	})
	if err != nil || !sequential {
		return running{}, err
	}
	sum, err := resumeMD5(run.before)
	if err != nil {
		return running{}, err
	}
	f, err := os.Open(s.store.filePath(body.file))
	if err != nil {
		return running{}, err
	}
	defer f.Close()
	if _, err := io.Copy(sum, f); err != nil {
		return running{}, err
	}
	state, err := sum.(encoding.BinaryMarshaler).MarshalBinary()
	run.behind = string(state)
	return run, err
}

// stateBehind returns the state behind a stored part, empty where there is none.
func stateBehind(b *bolt.Bucket, id string, number int) (string, error) {
	v := b.Bucket(inParts).Get(partKey(id, number))
	if v == nil {
		return "", nil
	}
	p, err := decodePart(v)
	return p.state, err
}

func resumeMD5(state string) (hash.Hash, error) {
	sum := md5.New()
	if state == "" {
		return sum, nil
	}
	return sum, sum.(encoding.BinaryUnmarshaler).UnmarshalBinary([]byte(state))
}

// checkOrder refuses a part that is not the next, or the last once more, of a
// sequential upload.
func (u *uploadRecord) checkOrder(b *bolt.Bucket, id string, number int) error {
	if !u.Sequential {
		return nil
	}
	last := lastPart(b, id)
	if number == last || number == last+1 {
		return nil
	}
	return notSequential(number)
}

// checkRun refuses a part when the one before it was replaced meanwhile.
func (u *uploadRecord) checkRun(b *bolt.Bucket, id string, number int, run running) error {
	if !u.Sequential {
		return nil
	}
	if err := u.checkOrder(b, id, number); err != nil {
		return err
	}
	before, err := stateBehind(b, id, number-1)
	if err == nil && before != run.before {
		err = notSequential(number)
	}
	return err
}

func notSequential(number int) *apiError {
	return newError(http.StatusBadRequest, "PartNotSequential", "The part number is not sequential.").
		with("PartNumber", strconv.Itoa(number))
}

// contentMD5 is the Content-MD5 of an object made of these parts, empty when
// they are not all parts of a sequential upload. The upload is still there.
func contentMD5(b *bolt.Bucket, id string, parts []partRecord) (string, error) {
	if len(parts) == 0 || len(parts) != lastPart(b, id) || parts[len(parts)-1].state == "" {
		return "", nil
	}
	sum, err := resumeMD5(parts[len(parts)-1].state)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(sum.Sum(nil)), nil
}
