#include "app/window/practice_doors.h"

#include "app/practice/places.h"

namespace runnel::app {

namespace json = control::json;

namespace {

template <typename T>
std::optional<T> number(const json::value& answer, const char* name) {
    const auto* const value = answer.is_object() ? answer.get_object().if_contains(name) : nullptr;
    boost::system::error_code error;
    const auto out = value == nullptr ? T{} : value->to_number<T>(error);
    return value == nullptr || error ? std::nullopt : std::optional<T>(out);
}

std::optional<std::string> text(const json::value& answer, const char* name) {
    const auto* const value = answer.is_object() ? answer.get_object().if_contains(name) : nullptr;
    return value != nullptr && value->is_string() ? std::optional(std::string(value->get_string()))
                                                  : std::nullopt;
}

std::optional<Txid> txid(const json::value& answer, const char* name) {
    const auto hex = text(answer, name);
    return hex ? from_display_hex<Txid>(*hex) : std::nullopt;
}

/// `read` takes what was asked for out of an answer; nothing: our own child does not keep its word.
template <typename T, typename Read>
control::Reply reply(api::Practice::Done<T> done, Read read) {
    return [done = std::move(done), read](const control::Outcome& outcome) {
        if (!outcome) return done(fail(control::problem_of(outcome.error())));
        std::optional<T> found = read(*outcome);
        if (!found)
            return done(fail(api::Problem{api::ProblemKind::internal,
                                          {{"detail", "the practice network's answer"}}}));
        done(*std::move(found));
    };
}

}  // namespace

PracticeDoors::PracticeDoors(boost::asio::io_context& io, api::NodeApi& node,
                             const std::filesystem::path& directory)
    : m_verbs(io, node, practice::folder_in(directory)) {}

void PracticeDoors::peers(Done<std::vector<api::PracticePeer>> done) {
    m_verbs.call("peers", {}, reply(std::move(done), [](const json::value& answer) {
                     const auto read = practice::read_peers(answer);
                     std::optional<std::vector<api::PracticePeer>> out;
                     if (!read) return out;
                     out.emplace();
                     for (const auto& peer : *read)
                         out->push_back({peer.role, peer.node_id, peer.host, peer.port});
                     return out;
                 }));
}

void PracticeDoors::faucet(Sat amount, Done<Txid> done) {
    m_verbs.call("faucet", {{"amount_sat", amount.raw()}},
                 reply(std::move(done), [](const json::value& a) { return txid(a, "txid"); }));
}

void PracticeDoors::mine(std::uint32_t blocks, Done<BlockHeight> done) {
    m_verbs.call("mine", {{"blocks", blocks}},
                 reply(std::move(done), [](const json::value& answer) {
                     const auto height = number<std::uint32_t>(answer, "block_height");
                     return height ? std::optional(BlockHeight(*height)) : std::nullopt;
                 }));
}

void PracticeDoors::invoice(Msat amount, bool through_hub, Done<std::string> done) {
    m_verbs.call(
        "invoice", {{"amount_msat", amount.raw()}, {"through_hub", through_hub}},
        reply(std::move(done), [](const json::value& answer) { return text(answer, "bolt11"); }));
}

void PracticeDoors::refund(std::string bolt11, Done<Msat> done) {
    m_verbs.call("refund", {{"bolt11", bolt11}},
                 reply(std::move(done), [](const json::value& answer) {
                     const auto amount = number<std::uint64_t>(answer, "amount_msat");
                     return amount ? std::optional(Msat(*amount)) : std::nullopt;
                 }));
}

void PracticeDoors::open_to_me(Sat amount, Done<Txid> done) {
    m_verbs.call("open", {{"amount_sat", amount.raw()}},
                 reply(std::move(done),
                       [](const json::value& answer) { return txid(answer, "funding_txid"); }));
}

// The listener is called with the mutex held: what it hears comes in order, and it only posts.

void PracticeDoors::on_state(api::OnPracticeState what) {
    const std::lock_guard lock(m_mutex);
    m_on_state = std::move(what);
    if (m_on_state) m_on_state(m_state);
}

void PracticeDoors::tell(const api::PracticeState& state) {
    const std::lock_guard lock(m_mutex);
    m_state = state;
    m_verbs.tell(state);
    if (m_on_state) m_on_state(m_state);
}

}  // namespace runnel::app
