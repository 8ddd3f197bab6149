#include "app/window/wallet_setup.h"

#include "app/common/log_file.h"
#include "app/common/new_wallet.h"
#include "app/common/places.h"
#include "app/common/start.h"
#include "app/practice/bring_back.h"
#include "app/window/wallet_session.h"
#include "wallet/chain/bitcoind_source.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/word_list.h"
#include "wallet/store/files.h"

#include <fmt/format.h>
#include <sodium.h>

#include <chrono>
#include <fstream>
#include <map>

namespace runnel::app {

namespace {

using api::SetupFault;
using api::SetupProblem;

/// Where the chain source of a wallet is remembered: it may hold a password, so it lies inside the
/// wallet's own folder (mode 0600).
constexpr const char* chain_file = "chain";
constexpr const char* log_name = "runnel";

SetupProblem setup_problem_of(const control::Failure& failure) {
    static const std::map<std::string_view, SetupFault> faults{
        {"wrong_passphrase", SetupFault::wrong_passphrase},
        {"store_in_use", SetupFault::in_use},
        {"store_exists", SetupFault::exists},
        {"store_missing", SetupFault::missing},
        {"key_damaged", SetupFault::damaged},
        {"store_damaged", SetupFault::damaged},
        {"newer_version", SetupFault::newer_version},
        {"wrong_network", SetupFault::other_network},
        {"out_of_memory", SetupFault::out_of_memory},
        {"io", SetupFault::disk},
        {"listen", SetupFault::disk},
        {"practice_gone", SetupFault::practice_gone},
    };
    const auto found = faults.find(failure.kind);
    const auto fault = found == faults.end() ? SetupFault::internal : found->second;
    // Sentences are made where they are shown: theirs would stand in the middle of one.
    const auto datum = [&](const char* name) {
        const auto* const value = failure.details.if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                      : std::string();
    };
    if (fault == SetupFault::other_network) return {fault, datum("found")};
    if (failure.kind == "store_damaged") return {fault, datum("cause")};
    return {fault, failure.message};
}

UnixTime now() {
    return UnixTime(std::chrono::duration_cast<std::chrono::seconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

/// Whole or not at all, and heard of when it fails: without it the wallet would be blind at its
/// next start.
Result<void, SetupProblem> remember_chain(const std::filesystem::path& directory,
                                          const std::string& chain) {
    const auto written = store::replace_file(directory / chain_file, bytes_of(chain + '\n'));
    if (written) return {};
    return fail(SetupProblem{SetupFault::disk, store::describe(written.error())});
}

std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

WalletSetup::~WalletSetup() {
    m_stop.request_stop();
    for (auto& thread : m_threads) thread.join();
}

std::filesystem::path WalletSetup::directory_of(Network network) const {
    return m_options.only ? *m_options.only : network_folder(m_options.base, network);
}

std::string WalletSetup::chain_of(Network network) const {
    if (!m_options.chain.empty()) return m_options.chain;
    std::ifstream file(directory_of(network) / chain_file);
    std::string line;
    std::getline(file, line);
    return line;
}

std::optional<Network> WalletSetup::network_of_only() const {
    if (!m_options.only || !store::Store::exists(*m_options.only)) return std::nullopt;
    return noted_network(*m_options.only);
}

std::vector<api::WalletChoice> WalletSetup::choices() const {
    std::vector<api::WalletChoice> out;
    for (const auto network :
         {Network::practice, Network::regtest, Network::signet, Network::testnet4}) {
        if (m_options.network && *m_options.network != network) continue;
        // The folder of one wallet: it is of one network, and no other is to be chosen for it.
        if (const auto known = m_options.network ? std::nullopt : network_of_only();
            known && *known != network)
            continue;
        const bool exists = store::Store::exists(directory_of(network));
        // Of one that is there, too: whoever made it may not have said where its blocks come from.
        const bool needs_chain = network != Network::practice && chain_of(network).empty();
        const bool is_guess = m_options.only && !m_options.network && exists && !network_of_only();
        out.push_back({network, exists, needs_chain, is_guess});
    }
    return out;
}

SecretBytes WalletSetup::fresh_words() {
    if (sodium_init() < 0) std::abort();
    Secret32 entropy;
    randombytes_buf(entropy.reveal().data(), entropy.reveal().size());
    return keys::Mnemonic::from_entropy(entropy).sentence();
}

std::optional<api::WordsProblem> WalletSetup::check_words(ByteView words) const {
    const auto parsed = keys::Mnemonic::parse(text_of(words));
    if (parsed) return std::nullopt;
    using Kind = api::WordsProblem::Kind;
    return std::visit(overloaded{
                          [](const keys::WrongWordCount&) {
                              return api::WordsProblem{Kind::count, 0};
                          },
                          [](const keys::UnknownWord& e) {
                              return api::WordsProblem{Kind::unknown, e.position};
                          },
                          [](const keys::WordsDoNotMatch&) {
                              return api::WordsProblem{Kind::do_not_match, 0};
                          },
                      },
                      parsed.error());
}

std::optional<api::SetupProblem> WalletSetup::check_chain(Network network,
                                                          const std::string& chain) const {
    const auto url = chain::parse_bitcoind_url(chain, network);
    if (url) return std::nullopt;
    return SetupProblem{SetupFault::chain_address, std::string(to_string(url.error()))};
}

std::string WalletSetup::log_file(Network network) const {
    return (directory_of(network) / (std::string(log_name) + ".log")).string();
}

std::string_view WalletSetup::word(std::size_t index) const {
    return keys::WordList::of(keys::Language::english).word(index);
}

std::vector<std::string_view> WalletSetup::words_like(std::string_view beginning,
                                                      std::size_t most) const {
    return keys::WordList::of(keys::Language::english).completions(beginning, most);
}

void WalletSetup::in_background(std::function<void()> what) {
    const std::lock_guard lock(m_mutex);
    m_threads.emplace_back(std::move(what));
}

void WalletSetup::create(api::Creation creation, api::OnSession done) {
    auto held = std::make_shared<api::Creation>(std::move(creation));
    in_background([this, held, done = std::move(done)] { done(create_now(*held)); });
}

void WalletSetup::open(api::Opening opening, api::OnSession done) {
    auto held = std::make_shared<api::Opening>(std::move(opening));
    in_background([this, held, done = std::move(done)] { done(open_now(*held)); });
}

void WalletSetup::set_aside(Network network,
                            std::function<void(Result<std::string, SetupProblem>)> done) {
    in_background([this, network, done = std::move(done)] { done(set_aside_now(network)); });
}

WalletSetup::Opened WalletSetup::create_now(const api::Creation& creation) {
    const auto mnemonic = keys::Mnemonic::parse(text_of(creation.words.reveal()));
    if (!mnemonic) return fail(SetupProblem{SetupFault::internal, "the words do not fit together"});
    const auto chain = creation.chain.empty() ? m_options.chain : creation.chain;
    if (creation.network != Network::practice) {
        if (auto problem = check_chain(creation.network, chain)) return fail(*std::move(problem));
    }
    // Restored, its coins may be anywhere in the chain.
    std::optional<UnixTime> birth;
    if (!creation.restored) birth = now();
    const auto directory = directory_of(creation.network);
    if (creation.restored && creation.network == Network::practice) {
        if (auto problem = bring_practice_back(directory, *mnemonic)) return fail(*problem);
    }
    const auto made = make_wallet(
        {directory, creation.network, *mnemonic, creation.passphrase.reveal(), false, birth});
    if (!made) return fail(setup_problem_of(made.error()));
    // Also when it cannot be opened now: then it is opened later.
    if (!chain.empty()) RUNNEL_CHECK(remember_chain(directory, chain));
    return open_now({creation.network, creation.passphrase.clone(), {}});
}

/// Before the wallet is there: what fails can be tried again.
std::optional<SetupProblem> WalletSetup::bring_practice_back(const std::filesystem::path& directory,
                                                             const keys::Mnemonic& words) const {
    const auto seed = words.seed();
    if (store::Store::exists(directory) || !seed) return std::nullopt;  // said by what comes next
    const auto node_id = keys::SeedKeyRing(*seed, Network::practice).node_id().hex();
    const auto found = practice::bring_back(directory, node_id);
    return found ? std::nullopt : std::optional(SetupProblem{SetupFault::disk, found.error()});
}

WalletSetup::Opened WalletSetup::open_now(const api::Opening& opening) {
    auto opened = open_as(opening, opening.network);
    if (opened || opened.error().fault != SetupFault::other_network || m_options.network)
        return opened;
    // Nobody has said which network it is to be: the wallet knows, once its passphrase fits.
    const auto found = network_from_name(opened.error().detail);
    if (!found || !is_open(*found) || !m_options.only) return opened;
    return open_as(opening, *found);
}

WalletSetup::Opened WalletSetup::open_as(const api::Opening& opening, Network network) {
    const auto directory = directory_of(network);
    if (!store::Store::exists(directory)) return fail(SetupProblem{SetupFault::missing, {}});
    WalletSession::Options session_options;
    session_options.practice_arguments = m_options.practice_arguments;
    auto& options = session_options.wallet;
    options.directory = directory;
    options.network = network;
    options.log_level = m_options.log_level;
    options.log = open_log(directory, log_name, m_options.log_level, LogTo::file);
    options.listen_host = "127.0.0.1";
    const auto chain = network == Network::practice ? std::string()
                       : opening.chain.empty()      ? chain_of(network)
                                                    : opening.chain;
    if (!chain.empty()) {
        auto url = chain::parse_bitcoind_url(chain, network);
        if (!url)
            return fail(
                SetupProblem{SetupFault::chain_address, std::string(to_string(url.error()))});
        const auto source = std::make_shared<chain::BitcoindOptions>();  // its URL holds a secret,
                                                                         // which cannot be copied
        source->network = network;
        source->url = std::move(*url);
        source->timing = chain::default_timing(network);
        source->log = [log = options.log](LogLevel level, std::string_view line) {
            log(level, fmt::format("chain {}", line));
        };
        options.chain =
            [source](boost::asio::io_context& io) -> std::unique_ptr<chain::ChainSource> {
            return std::make_unique<chain::BitcoindSource>(io, std::move(*source));
        };
    }
    const auto log = options.log;
    auto session =
        WalletSession::open(std::move(session_options), opening.passphrase, m_stop.get_token());
    if (!session) return fail(setup_problem_of(session.error()));
    note_network(directory, network);
    if (network == Network::practice)
        practice::note_owner(directory, (*session)->node().snapshot()->node_id.hex());
    // Only whoever knows the passphrase changes where this wallet looks. A disk without room for
    // that keeps nobody out of an open wallet: they are asked again the next time.
    if (!opening.chain.empty()) {
        if (const auto kept = remember_chain(directory, opening.chain); !kept)
            log(LogLevel::unusual, fmt::format("the chain source is not remembered detail=\"{}\"",
                                               escaped(kept.error().detail)));
    }
    return *std::move(session);
}

Result<std::string, SetupProblem> WalletSetup::set_aside_now(Network network) const {
    const auto directory = directory_of(network);
    if (!store::Store::exists(directory)) return fail(SetupProblem{SetupFault::missing, {}});
    const std::chrono::year_month_day today(
        std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
    const auto stem =
        fmt::format("{}{}-{:02}-{:02}", practice::aside_stem(directory).string(), int(today.year()),
                    unsigned(today.month()), unsigned(today.day()));
    std::filesystem::path name = stem;
    for (int more = 2; std::filesystem::exists(name); ++more)
        name = fmt::format("{}-{}", stem, more);
    const auto moved = store::Store::set_aside(directory, name);
    if (moved) return name.string();
    const bool in_use = std::holds_alternative<store::InUse>(moved.error());
    return fail(SetupProblem{in_use ? SetupFault::in_use : SetupFault::disk,
                             store::describe(moved.error())});
}

}  // namespace runnel::app
