#include "wallet/store/store.h"

#include "wallet/store/lock.h"
#include "wallet/store/schema.h"
#include "wallet/store/sql_journal.h"
#include "wallet/store/sql_reader.h"

#include <sodium.h>

#include <fcntl.h>
#include <cstdlib>

namespace runnel::store {
namespace {

namespace fs = std::filesystem;

/// Where everything lies.
struct Places {
    explicit Places(fs::path where)
        : directory(std::move(where)),
          lock(directory / "lock"),
          database(directory / "wallet.db"),
          log(directory / "wallet.db-wal"),
          index(directory / "wallet.db-shm"),
          sidecar(directory / "sidecar"),
          reserve(directory / "reserve"),
          creating(directory / "creating") {}
    fs::path directory, lock, database, log, index, sidecar, reserve, creating;
};

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

void erase_file(const fs::path& path) {
    std::error_code ignored;
    fs::remove(path, ignored);
}

/// The journal of a store that is open for export.
class ClosedJournal final : public ports::Journal {
protected:
    void write(ports::Records&&, Written done) override {
        done(fail(ports::CommitError{ports::CommitError::Kind::closed, "open for export only"}));
    }
};

Result<void, StoreError> set_meta(Connection& db, std::string_view name, ByteView value) {
    auto statement = db.prepare(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (CAST(? AS TEXT), CAST(? AS TEXT))");
    if (!statement) return fail(as_store_error(statement.error(), "write meta"));
    const auto done = statement->bind(1, bytes_of(name)).bind(2, value).run();
    if (!done) return fail(as_store_error(done.error(), "write meta"));
    return {};
}

Result<std::string, StoreError> meta(Connection& db, std::string_view name) {
    auto statement = db.prepare("SELECT value FROM meta WHERE name = CAST(? AS TEXT)");
    if (!statement) return fail(as_store_error(statement.error(), "read meta"));
    const auto row = statement->bind(1, bytes_of(name)).step();
    if (!row) return fail(as_store_error(row.error(), "read meta"));
    return *row ? statement->text(0) : std::string();
}

TailProblem judge_tail(const std::optional<SidecarState>& sidecar, std::uint64_t epoch,
                       std::uint64_t last_sequence, bool log_there) {
    if (!sidecar) return TailProblem::sidecar_missing;
    // The closest cause first: without its log the database is older, too.
    if (sidecar->wal == WalState::present && !log_there) return TailProblem::log_missing;
    if (epoch < sidecar->epoch) return TailProblem::older_epoch;
    if (last_sequence < sidecar->last_sequence) return TailProblem::missing_records;
    if (sidecar->wal == WalState::empty && log_there) return TailProblem::log_unexpected;
    if (sidecar->owed_sequence != 0) return TailProblem::not_yet_agreed;
    return TailProblem::none;
}

}  // namespace

struct Store::Impl {
    Impl(Places where, Lock held)
        : places(std::move(where)), lock(std::move(held)), envelope(places.directory) {}

    Result<void, StoreError> fill_new(const Creation& creation, const Secret32& key);
    Result<void, StoreError> check_identity(Connection& db, Network network);
    Result<void, StoreError> start(const Secret32& key, Network network);
    Result<void, StoreError> start_for_export(const Secret32& key, Network network);
    bool has_reserve() const;
    void give_reserve() const;
    bool keep_reserve() const;
    std::uint64_t free_space() const {
        return ask_space ? ask_space() : store::free_space(places.directory);
    }

    Places places;
    Lock lock;
    Envelope envelope;
    std::function<std::uint64_t()> ask_space;
    TailState tail;
    std::vector<Damaged> damage;
    std::vector<OddCopy> odd;
    // The order of destruction, last first: the journal writes to the sidecar.
    std::optional<Sidecar> sidecar;
    std::unique_ptr<ports::Journal> journal;
    SqlJournal* writer = nullptr;  ///< The journal, unless it is a closed one.
    std::optional<SqlReader> reader;
};

Store::Store(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Store::~Store() { close(); }

bool Store::exists(const fs::path& directory) {
    const Places places(directory);
    return is_there(places.database) && !is_there(places.creating);
}

Result<void, StoreError> Store::set_aside(const fs::path& directory, const fs::path& name) {
    // Whoever has it open would go on writing under the other name.
    RUNNEL_TRY(const auto held, Lock::take(Places(directory).lock));
    std::error_code error;
    if (fs::exists(name, error)) error = std::make_error_code(std::errc::file_exists);
    if (!error) fs::rename(directory, name, error);
    if (error) return fail(IoError{"rename", error.value()});
    RUNNEL_CHECK(sync_directory(name.parent_path()));
    return {};
}

Result<void, StoreError> Store::Impl::fill_new(const Creation& creation, const Secret32& key) {
    // The library would make the file with a mode of its own; the log and its index take theirs
    // from this one.
    if (const auto made = File::open(places.database, O_RDWR | O_CREAT | O_EXCL); !made)
        return fail(made.error());
    auto opened = Connection::open(places.database, key, Connection::Access::write);
    if (!opened) return fail(as_store_error(opened.error(), "open database"));
    auto& db = *opened;
    const auto ready = db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    if (!ready) return fail(as_store_error(ready.error(), "set up database"));
    RUNNEL_CHECK(migrate(db));

    const auto fill = [&]() -> Result<void, StoreError> {
        if (const auto begun = db.execute("BEGIN EXCLUSIVE"); !begun) {
            return fail(as_store_error(begun.error(), "begin"));
        }
        RUNNEL_CHECK(set_meta(db, "network", bytes_of(params_of(creation.network).name)));
        RUNNEL_CHECK(set_meta(db, "epoch", bytes_of("0")));
        auto put = db.prepare("INSERT INTO secrets (name, value) VALUES (CAST(? AS TEXT), ?)");
        if (!put) return fail(as_store_error(put.error(), "write secrets"));
        for (const auto& secret : creation.secrets) {
            const auto done =
                put->bind(1, bytes_of(secret.name)).bind(2, secret.value.reveal()).run();
            if (!done) return fail(as_store_error(done.error(), "write secrets"));
        }
        if (const auto done = db.execute("COMMIT"); !done)
            return fail(as_store_error(done.error(), "commit"));
        return {};
    };
    RUNNEL_CHECK(fill());
    const auto taken_in = db.checkpoint(Connection::Checkpoint::truncate);
    if (!taken_in) return fail(as_store_error(taken_in.error(), "checkpoint"));

    RUNNEL_TRY(auto made, Sidecar::open(places.sidecar, key));
    RUNNEL_CHECK(made.write({0, 0, WalState::empty, 0}, true));
    return {};
}

Result<std::unique_ptr<Store>, StoreError> Store::create(const Creation& creation) {
    if (creation.passphrase.bytes.empty() && !creation.passphrase.may_be_empty)
        return fail(EmptyPassphrase{});
    const Places places(creation.directory);
    RUNNEL_CHECK(make_private_directory(places.directory));
    // A power cut should not take away a directory whose words were already shown. One above it
    // that cannot be read cannot be synced by us either.
    static_cast<void>(sync_directory(places.directory / ".."));
    RUNNEL_TRY(auto lock, Lock::take(places.lock));
    auto impl = std::make_unique<Impl>(places, std::move(lock));
    if (is_there(places.creating)) {
        // An earlier creation was cut short. Nobody was shown its words, so nothing of it can
        // matter.
        for (const auto& leftover : {places.database, places.log, places.index, places.sidecar})
            erase_file(leftover);
        impl->envelope.remove();
    } else if (is_there(places.database) || impl->envelope.exists()) {
        // A key without its database may still open somebody's backup of it.
        return fail(Exists{});
    }
    RUNNEL_CHECK(replace_file(places.creating, {}));

    if (sodium_init() < 0) std::abort();
    Secret32 key;
    randombytes_buf(key.reveal().data(), key.reveal().size());
    RUNNEL_CHECK(impl->fill_new(creation, key));
    RUNNEL_CHECK(impl->envelope.write(key, creation.passphrase, creation.cost));
    RUNNEL_CHECK(impl->start(key, creation.network));
    std::unique_ptr<Store> store(new Store(std::move(impl)));
    if (!creation.records.empty()) {
        std::optional<ports::CommitError> error;
        std::mutex mutex;
        std::condition_variable answered;
        bool done = false;
        store->journal().commit(ports::Turn(creation.records, nullptr), [&](auto result) {
            const std::lock_guard guard(mutex);
            if (!result) error = result.error();
            done = true;
            answered.notify_one();
        });
        std::unique_lock guard(mutex);
        answered.wait(guard, [&] { return done; });
        if (error) return fail(IoError{"first records: " + error->detail, 0});
    }
    // While this file is there the next creation would take all of it away, and the words are about
    // to be shown.
    RUNNEL_CHECK(remove_file(places.creating));
    RUNNEL_CHECK(sync_directory(places.directory));
    return store;
}

Result<void, StoreError> Store::Impl::check_identity(Connection& db, Network network) {
    const auto version = db.number("PRAGMA user_version");
    if (!version) return fail(as_store_error(version.error(), "read database"));
    if (*version > schema_version) {
        return fail(NewerVersion{static_cast<std::uint64_t>(*version),
                                 static_cast<std::uint64_t>(schema_version)});
    }
    // An empty file is a valid database, but no store begins as one.
    if (*version <= 0) return fail(Damaged{{}, 0, "no tables"});
    RUNNEL_TRY(const auto found, meta(db, "network"));
    const std::string wanted(params_of(network).name);
    if (found != wanted) return fail(OtherNetwork{found, wanted});
    return {};
}

Result<void, StoreError> Store::Impl::start(const Secret32& key, Network network) {
    give_reserve();
    static_cast<void>(keep_reserve());
    std::error_code ignored;
    const auto log_size = fs::file_size(places.log, ignored);
    const bool log_there = !ignored && log_size > 0;

    auto opened = Connection::open(places.database, key, Connection::Access::write);
    if (!opened) return fail(as_store_error(opened.error(), "open database"));
    auto& db = *opened;
    RUNNEL_CHECK(check_identity(db, network));
    damage = verify_pages(db);
    if (!damage.empty()) return fail(damage.front());
    RUNNEL_CHECK(migrate(db));
    auto journal_state = verify_journal(db);
    damage = std::move(journal_state.damage);
    if (!damage.empty()) return fail(damage.front());

    RUNNEL_TRY(const auto epoch_text, meta(db, "epoch"));
    const std::uint64_t epoch = std::strtoull(epoch_text.c_str(), nullptr, 10);
    RUNNEL_TRY(auto opened_sidecar, Sidecar::open(places.sidecar, key));
    sidecar.emplace(std::move(opened_sidecar));
    const auto& known = sidecar->state();
    tail = {judge_tail(known, epoch, journal_state.last_sequence, log_there),
            known ? std::max(known->last_sequence, known->owed_sequence) : 0,
            journal_state.last_sequence};
    SidecarState state{std::max(epoch, known ? known->epoch : 0) + 1, journal_state.last_sequence,
                       WalState::either,
                       tail.agrees() ? 0 : std::max<std::uint64_t>(tail.expected, 1)};
    // From here on the log may or may not be there; then the epoch; then the log is. A crash
    // between any two is no alarm.
    auto before = state;
    before.epoch = known ? known->epoch : 0;
    RUNNEL_CHECK(sidecar->write(before, true));
    const auto ready = db.execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000;");
    if (!ready) return fail(as_store_error(ready.error(), "set up database"));
    RUNNEL_CHECK(set_meta(db, "epoch", bytes_of(std::to_string(state.epoch))));
    state.wal = WalState::present;
    RUNNEL_CHECK(sidecar->write(state, true));

    SqlJournal::Setup setup{places.log, std::move(journal_state.heads), journal_state.last_sequence,
                            [this] { give_reserve(); }, [this] { return keep_reserve(); }};
    auto started = SqlJournal::start(std::move(db), *sidecar, std::move(setup));
    if (!started) return fail(as_store_error(started.error(), "start journal"));
    writer = started->get();
    journal = std::move(*started);
    auto reading = Connection::open(places.database, key, Connection::Access::read);
    if (!reading) return fail(as_store_error(reading.error(), "open database for reading"));
    reader.emplace(std::move(*reading), std::move(journal_state.ends));
    return {};
}

Result<void, StoreError> Store::Impl::start_for_export(const Secret32& key, Network network) {
    auto opened = Connection::open(places.database, key, Connection::Access::still);
    if (!opened) return fail(as_store_error(opened.error(), "open database"));
    auto& db = *opened;
    damage = verify_pages(db);
    if (const auto identity = check_identity(db, network); !identity) {
        // What cannot be read cannot be judged; what can be read and is somebody else's stays
        // refused.
        if (!std::holds_alternative<Damaged>(identity.error())) return identity;
        damage.push_back(std::get<Damaged>(identity.error()));
    }
    auto journal_state = verify_journal(db);
    for (auto& found : journal_state.damage) damage.push_back(std::move(found));
    tail.found = journal_state.last_sequence;
    journal = std::make_unique<ClosedJournal>();
    reader.emplace(std::move(db), std::move(journal_state.ends));
    return {};
}

bool Store::Impl::has_reserve() const {
    std::error_code ignored;
    return fs::file_size(places.reserve, ignored) == reserve_bytes && !ignored;
}

/// When the disk is full: this is what the reserve is for.
void Store::Impl::give_reserve() const {
    if (is_there(places.reserve) && free_space() < reserve_bytes) erase_file(places.reserve);
}

/// Takes it when there is room for it and for more; is there more beside it?
bool Store::Impl::keep_reserve() const {
    const auto free = free_space();
    if (has_reserve()) return free >= space_wanted;
    return free >= reserve_bytes + space_wanted &&
           bool(allocate_file(places.reserve, reserve_bytes));
}

namespace {

/// What an opening begins with: is there a store, is it ours alone, does the passphrase fit?
template <typename Impl>
Result<std::pair<std::unique_ptr<Impl>, Secret32>, StoreError> unlock(
    const Store::Opening& opening) {
    const Places places(opening.directory);
    if (!Store::exists(opening.directory)) return fail(Missing{});
    RUNNEL_CHECK(make_private_directory(places.directory));
    RUNNEL_TRY(auto lock, Lock::take(places.lock));
    for (const auto& file :
         {places.lock, places.database, places.log, places.index, places.sidecar, places.reserve}) {
        RUNNEL_CHECK(make_private_file(file));
    }
    auto impl = std::make_unique<Impl>(places, std::move(lock));
    RUNNEL_CHECK(impl->envelope.make_private());
    auto odd = impl->envelope.odd_copies();
    RUNNEL_TRY(auto key, impl->envelope.open(opening.passphrase));
    impl->odd = std::move(odd);
    return std::pair{std::move(impl), std::move(key)};
}

/// The same without touching anything.
template <typename Impl>
Result<std::pair<std::unique_ptr<Impl>, Secret32>, StoreError> look_into(
    const Store::Opening& opening) {
    const Places places(opening.directory);
    if (!Store::exists(opening.directory)) return fail(Missing{});
    RUNNEL_TRY(auto lock, Lock::look(places.lock));
    auto impl = std::make_unique<Impl>(places, std::move(lock));
    impl->odd = impl->envelope.odd_copies();
    RUNNEL_TRY(auto key, impl->envelope.read(opening.passphrase));
    return std::pair{std::move(impl), std::move(key)};
}

}  // namespace

Result<std::unique_ptr<Store>, StoreError> Store::open(const Opening& opening) {
    RUNNEL_TRY(auto unlocked, unlock<Impl>(opening));
    unlocked.first->ask_space = opening.free_space;
    RUNNEL_CHECK(unlocked.first->start(unlocked.second, opening.network));
    return std::unique_ptr<Store>(new Store(std::move(unlocked.first)));
}

Result<std::unique_ptr<Store>, StoreError> Store::open_for_export(const Opening& opening) {
    RUNNEL_TRY(auto seen, look_into<Impl>(opening));
    RUNNEL_CHECK(seen.first->start_for_export(seen.second, opening.network));
    return std::unique_ptr<Store>(new Store(std::move(seen.first)));
}

ports::Journal& Store::journal() { return *m_impl->journal; }
const ports::RecordReader& Store::reader() const { return *m_impl->reader; }

void Store::transcript(
    ByteView subject,
    const std::function<bool(std::uint64_t sequence, ByteView body, ByteView hash)>& each) const {
    m_impl->reader->transcript(subject, each);
}

std::optional<SecretBytes> Store::secret(std::string_view name) const {
    return m_impl->reader->secret(name);
}

const TailState& Store::tail() const { return m_impl->tail; }

void Store::tail_agreed() {
    m_impl->tail.problem = TailProblem::none;
    if (m_impl->writer != nullptr) m_impl->writer->tail_agreed();
}

const std::vector<Damaged>& Store::damage() const { return m_impl->damage; }
const std::vector<OddCopy>& Store::odd_copies() const { return m_impl->odd; }

void Store::subjects(const std::function<void(ByteView subject)>& each) const {
    m_impl->reader->subjects(each);
}

bool Store::low_space() const {
    // Without the reserve there has to be room for it as well.
    const auto wanted =
        is_there(m_impl->places.reserve) ? space_wanted : space_wanted + reserve_bytes;
    return m_impl->free_space() < wanted;
}

Result<void, StoreError> Store::change_passphrase(ByteView old_passphrase,
                                                  const Passphrase& new_passphrase,
                                                  const Cost& cost) {
    return m_impl->envelope.change(old_passphrase, new_passphrase, cost);
}

void Store::close() {
    if (m_impl && m_impl->writer != nullptr) m_impl->writer->stop();
}

}  // namespace runnel::store
