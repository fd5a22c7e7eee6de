"""Values become bytes: certificate, badge, QR and e-mail. No Flask, no SQL, no clock."""
