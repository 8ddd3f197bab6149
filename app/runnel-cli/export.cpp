#include "app/runnel-cli/export.h"

#include "app/common/start.h"
#include "core/node/handlers.h"
#include "wallet/store/store.h"

#include <fmt/format.h>

#include <exception>
#include <set>

namespace runnel::app {

namespace {

namespace json = control::json;
using ports::RecordKind;

struct NamedKind {
    RecordKind kind;
    const char* name;
};
constexpr NamedKind kinds[] = {
    {RecordKind::wallet, "wallet"},
    {RecordKind::chain_tip, "chain_tip"},
    {RecordKind::coin, "coin"},
    {RecordKind::transaction, "transaction"},
    {RecordKind::peer, "peer"},
    {RecordKind::channel, "channel"},
    {RecordKind::htlc_onion, "htlc_onion"},
    {RecordKind::htlc_history, "htlc_history"},
    {RecordKind::closed_channel, "closed_channel"},
    {RecordKind::invoice, "invoice"},
    {RecordKind::payment, "payment"},
    {RecordKind::incoming, "incoming"},
    {RecordKind::forward, "forward"},
    {RecordKind::scid_alias, "scid_alias"},
    {RecordKind::command, "command"},
    {RecordKind::event_log, "event_log"},
};

json::object damage_json(const store::Damaged& found) {
    return {
        {"subject", to_hex(found.subject)}, {"sequence", found.sequence}, {"detail", found.detail}};
}

/// What can be read before a page that cannot; `damage` hears of that.
template <typename Read>
void read_what_there_is(json::array& damage, const char* what, Read read) {
    try {
        read();
    } catch (const std::exception& error) {
        damage.emplace_back(json::object{
            {"subject", ""}, {"sequence", 0}, {"detail", std::string(what) + ": " + error.what()}});
    }
}

}  // namespace

Result<json::object, control::Failure> export_wallet(const std::filesystem::path& directory,
                                                     Network network, const Creating& asked) {
    if (!store::Store::exists(directory)) return fail(failure_of(store::Missing{}, directory));
    RUNNEL_TRY(const SecretBytes passphrase, read_passphrase(asked.passphrase));
    const auto opened = store::Store::open_for_export({directory, network, passphrase.reveal()});
    if (!opened) return fail(failure_of(opened.error(), directory));
    const store::Store& store = **opened;

    json::array damage, records, journals;
    for (const auto& found : store.damage()) damage.emplace_back(damage_json(found));
    for (const auto& copy : store.odd_copies()) {
        damage.emplace_back(json::object{{"subject", ""},
                                         {"sequence", 0},
                                         {"detail", fmt::format("{} is {}, the other copy opens it",
                                                                copy.file, to_string(copy.was))}});
    }
    // Also of channels whose record is gone: what others can check is worth most then.
    std::set<Bytes> subjects;
    read_what_there_is(damage, "journal", [&] {
        store.subjects([&](ByteView subject) { subjects.insert(to_bytes(subject)); });
    });
    for (const auto& [kind, name] : kinds) {
        read_what_there_is(damage, name, [&, this_kind = kind, this_name = name] {
            store.reader().scan(this_kind, {}, [&](ByteView key, ByteView value) {
                records.emplace_back(json::object{
                    {"kind", this_name}, {"key", to_hex(key)}, {"value", to_hex(value)}});
                return true;
            });
        });
    }
    for (const auto& subject : subjects) {
        json::array entries;
        read_what_there_is(damage, "journal", [&] {
            store.transcript(subject, [&](std::uint64_t sequence, ByteView body, ByteView hash) {
                entries.emplace_back(json::object{
                    {"sequence", sequence}, {"body", to_hex(body)}, {"hash", to_hex(hash)}});
                return true;
            });
        });
        journals.emplace_back(
            json::object{{"subject", to_hex(subject)}, {"entries", std::move(entries)}});
    }
    // What the store cannot see: a record that is another one than its journal ends with, or that
    // cannot be read.
    read_what_there_is(damage, "records", [&] {
        node::State unused;
        const auto loaded = node::load_state(unused, store.reader());
        if (loaded) return;
        damage.emplace_back(json::object{
            {"subject", loaded.error().record}, {"sequence", 0}, {"detail", loaded.error().cause}});
    });
    return json::object{{"network", params_of(network).name},
                        {"damage", std::move(damage)},
                        {"records", std::move(records)},
                        {"journals", std::move(journals)}};
}

}  // namespace runnel::app
