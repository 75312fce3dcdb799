package resumable

import "testing"

// TestM1_ObjectOfAnotherIsNotOurs has an object of another writer stand where a
// Complete that was not carried out was to put ours. The token tells the two apart
// where neither size nor checksum does.
func TestM1_ObjectOfAnotherIsNotOurs(t *testing.T) {
	for name, stands := range map[string]func(r *rig){
		"of other bytes":         func(r *rig) { r.service.put("dir/key.bin", noise(7, 3*kib), "Normal") },
		"of other bytes, no CRC": func(r *rig) { r.service.put("dir/key.bin", noise(7, 3*kib), "Normal").noCRC = true },
		"of another size":        func(r *rig) { r.service.put("dir/key.bin", noise(7, 5), "Normal") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noise(6, 3*kib))
			stands(r)
			r.inject(onceOn("COMPLETE", &fault{hangUp: true}))
			r.mustUpload(t)
			if n := len(r.calls("COMPLETE")); n != 2 {
				t.Errorf("%d attempts to complete, want 2", n)
			}
		})
	}
}
