"""The catalogue of refusals: what a person reads, one entry for each class of sandar/errors.py.

Three parts (design/ui.md, words): what happened, what is safe, what to do. `what` may name facts; when one of
them is unknown the `plain` sentence is used instead, so nobody ever reads a gap.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandar import errors
from sandar.doors import register_texts, signing_texts
from sandar.doors.refusal_text import AGAIN, MEND, NOTHING_STORED, RELOOK, Text

TEXTS: dict[type[errors.SandarError], Text] = {
    errors.SandarError: Text(
        _("Ada yang tidak beres di sisi kami"),
        _("Halaman ini tidak dapat diselesaikan karena kesalahan pada Sandar."),
        AGAIN,
    ),
    # --- 400
    errors.Malformed: Text(
        _("Kiriman tidak terbaca"),
        _("Kiriman ini rusak atau tidak lengkap sehingga tidak dapat dibaca."),
        _("Muat ulang halaman, lalu kirim lagi. Pada API, periksa bentuk JSON dan tajuknya."),
        safe=NOTHING_STORED,
    ),
    errors.NotStorable: Text(
        _("Ada huruf yang tidak dapat disimpan"),
        _("Bagian %(path)s memuat huruf atau bilangan yang tidak dapat disimpan atau dicetak."),
        _("Hapus huruf yang tidak terlihat, misalnya hasil salin-tempel, lalu kirim lagi."),
        safe=NOTHING_STORED,
        plain=_("Kiriman ini memuat huruf atau bilangan yang tidak dapat disimpan atau dicetak."),
    ),
    # --- 401, 403
    errors.NotSignedIn: Text(
        _("Anda belum masuk"),
        _("Halaman ini hanya untuk orang yang sudah masuk."),
        _("Masuk dengan akun Anda. Pada API, kirim token yang masih berlaku."),
        safe=_("Tidak ada yang berubah."),
    ),
    errors.Forbidden: Text(
        _("Bukan wewenang Anda"),
        _("Tindakan ini memerlukan peran %(needed)s."),
        _("Bila seharusnya Anda berwenang, hubungi administrator kantor untuk memeriksa surat tugas Anda."),
        plain=_("Anda tidak punya wewenang untuk tindakan ini."),
    ),
    errors.NotYourTurn: Text(
        _("Bukan giliran Anda"),
        _("Tugas ini sedang menunggu %(role)s."),
        _(
            "Anda dapat melihat permohonannya. Bila seharusnya Anda yang bertindak, hubungi administrator kantor."
        ),
        plain=_("Tugas ini sedang menunggu petugas lain."),
    ),
    errors.SeparationOfDuties: Text(
        _("Satu orang tidak boleh memegang dua sisi"),
        _("Dalam permohonan ini Anda sudah %(did)s, karena itu Anda tidak dapat juga %(wants)s."),
        _(
            "Mintalah petugas lain dengan peran yang sama untuk melanjutkan, atau izin pengecualian dari petugas kedua."
        ),
        plain=_("Anda sudah bertindak di sisi lain permohonan ini."),
    ),
    errors.OwnGrant: Text(
        _("Wewenang tidak diberikan kepada diri sendiri"),
        _("Yang memberikan suatu peran tidak dapat menerima atau memakainya."),
        _("Mintalah administrator sistem yang lain untuk memberikannya."),
    ),
    errors.AdminApart: Text(
        _("Administrator sistem terpisah dari SOP"),
        _("Administrator sistem tidak bertindak dalam permohonan, dan petugas SOP tidak mengelola sistem."),
        _("Pakai orang yang lain, atau akhiri dahulu peran yang satu."),
    ),
    errors.SecondFactorNeeded: Text(
        _("Pengaman kedua belum dipasang"),
        _("Petugas hanya dapat bekerja dengan aplikasi autentikator atau kunci sandi."),
        _("Pasang pengaman kedua di halaman Keamanan akun, lalu ulangi."),
    ),
    # --- 404
    errors.NotFound: Text(
        _("Halaman tidak ditemukan"),
        _("Yang Anda cari tidak ada, sudah dipindahkan, atau bukan milik instansi Anda."),
        _("Periksa kembali nomor atau alamatnya, atau cari dari daftar permohonan."),
        safe="",
    ),
    # --- 409
    errors.Conflict: Text(
        _("Didahului perubahan lain"),
        _("Data ini berubah sesudah halaman Anda dibuka."),
        _("Muat ulang untuk melihat keadaan terbaru, lalu ulangi bila masih perlu."),
    ),
    errors.DraftChanged: Text(
        _("Rancangan sudah berubah"),
        _("Rancangan SOP ini disimpan, diterbitkan, atau dibatalkan sejak halaman Anda dibuka."),
        _("Muat ulang halaman, periksa perubahannya, lalu ulangi. Isian Anda masih tampil di bawah."),
    ),
    errors.PlanChanged: Text(
        _("Keadaan permohonan sudah berubah"),
        _(
            "Sejak daftar ini ditampilkan ada permohonan yang bergerak, "
            "jadi pemindahan ini tidak lagi seperti yang dilihat."
        ),
        _("Periksa daftar yang baru, lalu pindahkan lagi."),
    ),
    errors.BookHeld: Text(
        _("Buku nomor belum dikonfirmasi"),
        _("Sandar dipulihkan dari cadangan; nomor terakhir yang pernah dipakai belum dinyatakan."),
        _("Minta administrator sistem menyatakannya di Pengaturan, Buku nomor; lalu kirim lagi."),
    ),
    errors.StaleVersion: Text(
        _("Halaman ini sudah lama terbuka"),
        _("%(actor)s sudah bertindak atas permohonan ini (%(action)s) pada %(at)s."),
        _("Muat ulang permohonan untuk melihat keadaan terbaru."),
        safe=_("Tidak ada yang berubah oleh tindakan Anda; isian Anda tidak hilang."),
        plain=_("Permohonan ini sudah ditindaklanjuti orang lain sesudah halaman Anda dibuka."),
    ),
    errors.FacilityChanged: Text(
        _("Data ini sudah diubah"),
        _("%(name)s sudah diubah oleh %(actor)s pada %(at)s, sesudah halaman Anda dibuka."),
        _("Bandingkan dengan keadaan terbaru, lalu simpan lagi bila masih perlu."),
        plain=_("Ini sudah diubah orang lain sesudah halaman Anda dibuka."),
    ),
    errors.CalendarChanged: Text(
        _("Kalender sudah diubah"),
        _("Kalender diubah oleh %(actor)s."),
        RELOOK,
        plain=_("Kalender diubah orang lain sesudah halaman Anda dibuka."),
    ),
    errors.CalendarInUse: Text(
        _("Masih dipakai"),
        _("%(count)s batas waktu tugas terbuka bergeser."),
        RELOOK,
        plain=_("Batas waktu tugas terbuka bergeser."),
    ),
    errors.SubmissionRunning: Text(
        _("Kiriman pertama masih dikerjakan"),
        _("Kiriman yang sama sedang dikerjakan."),
        _("Tunggu beberapa detik, lalu muat ulang halaman."),
        safe=_("Tindakan Anda hanya dikerjakan satu kali."),
    ),
    errors.CapacityTaken: Text(
        _("Tempat sudah diambil"),
        _("%(resource)s ini sudah diambil untuk %(holder)s."),
        _("Pilih tempat lain; daftar yang disarankan sudah diperbarui."),
        plain=_("Tempat ini sudah tidak cukup."),
    ),
    errors.ClaimChanged: Text(
        _("Tempat sudah berubah"),
        _("Tempat ini dipindahkan, diubah, atau dilepas sesudah halaman Anda dibuka."),
        _("Muat ulang untuk melihat keadaan terbaru."),
    ),
    errors.ServiceWithoutSop: Text(
        _("Layanan belum diberlakukan"),
        _("SOP layanan ini belum disahkan di kantor ini, sehingga permohonannya belum dapat diterima."),
        _("Hubungi kantor pusat data; Kepala Bidang mengesahkannya pada halaman rancangan SOP."),
    ),
    errors.AssetBusy: Text(
        _("Aset sedang dimohonkan"),
        _("Aset %(asset)s masih menjadi pokok permohonan %(case)s (%(service)s) yang belum berakhir."),
        _("Tunggu sampai permohonan itu selesai, atau cabut lebih dahulu. Isian Anda tidak hilang."),
        plain=_("Aset ini masih menjadi pokok permohonan lain yang belum berakhir."),
    ),
    errors.ItemHasClaim: Text(
        _("Perangkat ini sudah punya tempat"),
        _("Perangkat nomor %(item_no)s dalam permohonan ini sudah menempati suatu tempat."),
        _("Ubah atau pindahkan tempat yang sudah ada."),
        plain=_("Perangkat ini sudah menempati suatu tempat."),
    ),
    errors.HostInUse: Text(
        _("Papan atau sasis ini masih terisi"),
        _("Di atasnya masih ada %(holder)s."),
        _("Pindahkan atau lepaskan dahulu perangkat yang ada di atasnya."),
        plain=_("Di atasnya masih ada perangkat."),
    ),
    errors.ClaimInProcedure: Text(
        _("Tempat ini milik sebuah permohonan"),
        _("Tempat ini dipegang permohonan %(case)s dan berubah keadaan hanya lewat langkah-langkahnya."),
        _("Lanjutkan, tolak, atau cabut permohonannya; memindahkan tempatnya tetap bisa."),
        plain=_("Tempat ini dipegang sebuah permohonan dan berubah keadaan hanya lewat langkah-langkahnya."),
    ),
    errors.DocumentEnded: Text(
        _("Dokumen sudah tidak berlaku"),
        _("Dokumen %(document)s sudah diganti atau dicabut oleh tindakan sebelumnya."),
        _("Buka permohonannya untuk melihat dokumen penggantinya."),
        plain=_("Dokumen ini sudah diganti atau dicabut oleh tindakan sebelumnya."),
    ),
    # --- 413, 415
    errors.TooLarge: Text(
        _("Kiriman terlalu besar"),
        _("Kiriman ini melebihi batas %(limit_bytes)s."),
        _("Kirim dalam bagian yang lebih kecil."),
        safe=NOTHING_STORED,
        plain=_("Kiriman ini melebihi batas ukuran."),
    ),
    errors.UploadTooLarge: Text(
        _("Berkas terlalu besar"),
        _("Berkas %(name)s melebihi batas %(limit_bytes)s."),
        _("Perkecil berkasnya, misalnya dengan resolusi pindai 200 dpi, lalu unggah lagi."),
        plain=_("Berkas melebihi batas ukuran."),
    ),
    errors.WrongType: Text(
        _("Jenis berkas tidak sesuai"),
        _("Isi %(name)s bukan jenis yang diterima."),
        _("Kirim dalam jenis yang diminta."),
        plain=_("Jenis isi kiriman ini tidak diterima."),
    ),
    errors.UploadWrongType: Text(
        _("Jenis berkas tidak sesuai"),
        _("Isi berkas %(name)s tidak sesuai. Jenis yang diterima: %(allowed)s."),
        _("Unggah hasil pindai dalam bentuk PDF, paling besar 20 MB, atau foto JPEG atau PNG."),
        plain=_("Berkas bukan dari jenis yang diterima."),
    ),
    # --- 422
    errors.Refused: Text(
        _("Tidak dapat dikerjakan"),
        _("Kiriman terbaca, tetapi suatu aturan tidak mengizinkannya."),
        MEND,
    ),
    errors.InvalidInput: Text(
        _("Ada isian yang perlu diperbaiki"), _("Beberapa isian belum lengkap atau belum benar."), MEND
    ),
    errors.PlaceOutsideRack: Text(
        _("Tempat di luar rak"),
        _("Tempat itu tidak ada di rak ini."),
        _("Pilih unit lain; unit dihitung dari bawah, mulai dari 1, dengan langkah setengah."),
    ),
    errors.DeviceTooDeep: Text(
        _("Perangkat terlalu dalam"),
        _("Kedalaman perangkat %(depth_mm)s mm, sedangkan %(place)s hanya muat %(limit_mm)s mm."),
        _("Pilih rak yang lebih dalam."),
        plain=_("Perangkat lebih dalam daripada rak ini."),
    ),
    errors.NoSuchSlot: Text(
        _("Slot ini tidak ada"),
        _("Tidak ada slot %(slot)s pada papan atau sasis yang dipilih."),
        _("Pilih papan atau sasis yang berada di rak yang sama, lalu slot yang kosong padanya."),
        plain=_("Papan atau sasis yang dipilih tidak ada di rak ini."),
    ),
    errors.NegativeQuantity: Text(
        _("Jumlah tidak masuk akal"),
        _("Isian %(field)s tidak boleh kurang dari nol."),
        MEND,
        plain=_("Suatu jumlah kurang dari nol."),
    ),
    errors.PowerLoop: Text(
        _("Jalur daya melingkar"),
        _("%(node)s akan memberi daya kepada dirinya sendiri lewat jalur ini."),
        _("Pilih sumber daya lain untuk simpul itu."),
        plain=_("Jalur daya ini kembali ke simpul asalnya."),
    ),
    errors.InUse: Text(
        _("Masih dipakai"),
        _("%(name)s masih dipakai oleh %(count)s hal lain, antara lain %(used_by)s."),
        _("Pindahkan atau hapus dahulu yang memakainya, lalu coba lagi."),
        plain=_("Ini masih dipakai dan tidak dapat dihapus."),
    ),
    # Of what the ledger refuses these are the plain words; capacity_texts has the exact ones.
    errors.LimitBelowUse: Text(
        _("Batas di bawah pemakaian"),
        _("Batas tidak boleh lebih kecil daripada yang sudah terpakai."),
        _("Pindahkan atau lepaskan yang terpakai lebih dahulu."),
    ),
    errors.SheetUnreadable: Text(
        _("Tabel tidak terbaca"),
        _("Berkas %(file)s tidak dapat dibaca sebagai tabel."),
        _("Pakai templat yang dapat diunduh, simpan sebagai CSV UTF-8 atau XLSX, lalu unggah lagi."),
        safe=NOTHING_STORED,
        plain=_("Berkas ini tidak dapat dibaca sebagai tabel."),
    ),
    errors.ImportRefused: Text(
        _("Impor ditolak"),
        _("%(count)s baris ditolak, karena itu tidak satu pun disimpan."),
        _("Perbaiki baris yang disebutkan, atau pilih menyimpan baris yang baik saja."),
        safe=NOTHING_STORED,
        plain=_("Ada baris yang ditolak, karena itu tidak satu pun disimpan."),
    ),
    errors.ActionNotAllowed: Text(
        _("Tindakan tidak tersedia"),
        _("Pada tahap “%(state)s” tindakan ini tidak ada dalam SOP."),
        _("Muat ulang permohonan untuk melihat tindakan yang tersedia sekarang."),
        plain=_("Pada tahap ini tindakan itu tidak ada dalam SOP."),
    ),
    errors.UnknownState: Text(
        _("Tahap tidak dikenal"),
        _("Permohonan ini berada pada tahap yang tidak dikenal SOP-nya."),
        _("Hubungi administrator kantor dan sebutkan kode di bawah ini."),
    ),
    errors.DefinitionInvalid: Text(
        _("Berkas SOP belum benar"),
        _("Berkas SOP tidak lolos pemeriksaan."),
        _("Perbaiki baris yang disebutkan, lalu periksa lagi."),
    ),
    errors.ReasonNeeded: Text(
        _("Alasan belum dipilih"),
        _("Tindakan ini memerlukan alasan."),
        _("Pilih alasannya, lalu kirim lagi."),
    ),
    errors.SubmissionReused: Text(
        _("Kiriman dengan tanda yang sama"),
        _("Tanda kiriman ini sudah dipakai untuk isi yang lain."),
        _("Muat ulang halaman untuk mendapat tanda baru. Pada API, pakai Idempotency-Key yang baru."),
    ),
    errors.EvidenceMissing: Text(
        _("Belum ada bukti akses"),
        _("Laporan selesai memerlukan hasil uji akses untuk %(asset)s."),
        _("Jalankan uji akses lebih dahulu."),
        plain=_("Laporan selesai memerlukan hasil uji akses."),
    ),
    errors.UploadUnsafe: Text(
        _("Berkas tidak aman atau rusak"),
        _("Berkas %(name)s tidak dapat diterima: %(reason)s."),
        _("Cetak atau pindai ulang menjadi PDF biasa tanpa sandi, lalu unggah lagi."),
        plain=_("Berkas rusak, terkunci, atau memuat isi aktif."),
    ),
    errors.InventoryUnreadable: Text(
        _("Inventaris tidak terbaca"),
        _("Berkas inventaris tidak dapat dibaca: %(reason)s."),
        _("Unggah keluaran “lshw -json” yang utuh, atau isi hasil pemeriksaan dengan tangan."),
        plain=_("Berkas inventaris tidak dapat dibaca."),
    ),
    errors.QuantityUnreadable: Text(
        _("Ukuran tidak terbaca"),
        _("“%(text)s” bukan ukuran memori atau penyimpanan yang dikenal."),
        _("Tulis bilangan dengan satuannya, misalnya 64 GB atau 64 GiB."),
        plain=_("Suatu ukuran memori atau penyimpanan tidak terbaca."),
    ),
    # --- 429, 503, 507
    errors.TooMany: Text(
        _("Terlalu sering"),
        _("Terlalu banyak permintaan dalam waktu singkat."),
        _("Tunggu %(retry_after)s detik, lalu coba lagi."),
    ),
    errors.Unavailable: Text(
        _("Sandar sedang tidak dapat melayani"),
        _("Bagian yang diperlukan (%(what)s) sedang sibuk atau tidak terjangkau."),
        _("Coba lagi sebentar lagi; kiriman yang sama tidak akan dikerjakan dua kali."),
        plain=_("Bagian yang diperlukan sedang sibuk atau tidak terjangkau."),
    ),
    errors.Busy: Text(
        _("Sedang ramai"),
        _("Beberapa orang menyimpan perubahan yang saling berkaitan pada saat yang sama."),
        _("Kirim sekali lagi; kiriman yang sama tidak akan dikerjakan dua kali."),
        safe=_("Belum ada yang berubah."),
    ),
    errors.ArchiveDestroyed: Text(
        _("Arsip ini sudah dimusnahkan"),
        _("Dimusnahkan sesuai jadwal retensi arsip, berita acara %(minutes)s."),
        _(
            "Nomor dan sidik SHA-256-nya masih ada: salinan yang Anda pegang tetap dapat diperiksa keasliannya."
        ),
        plain=_("Dimusnahkan sesuai jadwal retensi arsip."),
    ),
    errors.FileDamaged: Text(
        _("Berkas tersimpan rusak"),
        _("Berkas ini hilang atau tidak lagi cocok dengan sidik SHA-256-nya, karena itu tidak ditampilkan."),
        _("Hubungi administrator kantor: berkas perlu dipulihkan dari cadangan."),
    ),
    errors.RenderFailed: Text(
        _("Dokumen belum dapat disusun"),
        _("Penyusunan dokumen terhenti dan akan diulang dengan sendirinya."),
        _("Muat ulang beberapa saat lagi."),
        safe=_("Nomor dan isi dokumen sudah tetap."),
    ),
    errors.StorageFull: Text(
        _("Ruang simpan penuh"),
        _("Berkas dan data baru tidak dapat disimpan karena ruang simpan server penuh."),
        _("Hubungi administrator kantor untuk menambah ruang, lalu ulangi."),
    ),
    **signing_texts.TEXTS,
    **register_texts.TEXTS,
}
