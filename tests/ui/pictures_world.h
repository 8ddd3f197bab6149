// Stage: a wallet with something of everything, made by hand, so that each page and dialog can be
// looked at and used in each of its states. Answers at once, on the caller's thread, what it was
// told to answer; wishes that nobody has told it the answer of wait.
#pragma once

#include "core/api/practice.h"
#include "core/api/setup.h"

#include <QDateTime>

#include <functional>
#include <map>
#include <memory>

namespace runnel::test {

class Stage final : public api::NodeApi, public api::Practice {
public:
    enum class Scene { full, empty, first_coins, offline };
    explicit Stage(Scene scene = Scene::full);

    api::SnapshotPtr snapshot() const override { return m_picture; }
    void post(api::Command command, api::OnAnswer answer) override;
    Result<api::Inspection, api::Problem> inspect(const std::string& text,
                                                  const std::optional<Msat>& amount) const override;
    Result<api::OpenQuote, api::Problem> quote(const api::AskOpen& ask) const override;
    Result<api::CloseQuote, api::Problem> quote(const api::AskClose& ask) const override;
    Result<api::SendQuote, api::Problem> quote(const api::AskSend& ask) const override;
    std::vector<api::PaymentView> payments(const api::ListRequest& request) const override;
    std::optional<api::PaymentView> payment(const PaymentHash& hash) const override;
    std::vector<api::TransactionView> transactions(const api::ListRequest& request) const override;
    std::shared_ptr<void> subscribe(api::OnNotice on_notice) override;
    std::shared_ptr<void> observe(api::OnPicture on_picture) override;
    /// What it takes the words of the tests ("good", "link") for.
    static Result<api::Inspection, api::Problem> lookUp(const std::string& text);
    /// The same as "good", in pictures that people see.
    static constexpr const char* looks_real =
        "lnbcrt12500n1p4n7w3cpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq2f38xy6t5wvsp"
        "5"
        "zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9qrsgq357wnc5r2ueh7ck6q93dj32dlqnls087"
        "f"
        "xdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql";
    /// As `transactions` lists them from now on: newest first, without one of the same id.
    void put(const api::TransactionView& tx);
    void drop(const Txid& txid);
    /// Another picture of the wallet.
    void show(const api::Snapshot& picture);
    void tell(const api::Notice& notice);

    void peers(Done<std::vector<api::PracticePeer>> done) override;
    void faucet(Sat, Done<Txid> done) override { answerPractice(done, Txid{}); }
    void mine(std::uint32_t, Done<BlockHeight> done) override {
        answerPractice(done, BlockHeight(241));
    }
    void invoice(Msat, bool through_hub, Done<std::string> done) override {
        asked_through_hub = through_hub;
        answerPractice(done, std::string("good"));
    }
    void refund(std::string, Done<Msat> done) override { answerPractice(done, Msat(0)); }
    void open_to_me(Sat, Done<Txid> done) override { answerPractice(done, Txid{}); }
    void on_state(api::OnPracticeState what) override {
        what({api::PracticeState::Stand::running, 0, {}, {}, {}});
        tell_practice = std::move(what);
    }

    /// Of wishes from now on; nothing: they wait for answerNext().
    std::optional<api::CommandResult> answer;
    void answerNext(const api::CommandResult& result);
    /// Every wish so far but those for an address.
    std::vector<decltype(api::Command::wish)> posted;
    std::optional<api::Problem> practice_fails, quote_fails;
    /// Why no invoice and no address is made.
    std::optional<api::Problem> receive_fails;
    /// They wait for answerNext().
    bool hold_receive = false;
    std::optional<bool> asked_through_hub;
    /// What the practice network is asked waits for releasePractice().
    bool hold_practice = false;
    void releasePractice() {
        hold_practice = false;
        for (auto& what : std::exchange(m_practice_waits, {})) what();
    }
    /// Instead of what a text is looked up as.
    std::function<Result<api::Inspection, api::Problem>(const std::string&)> looks_up;
    /// Of the quote for as much as possible alone.
    std::optional<api::Problem> everything_fails;
    /// Blocks cost twice as much now.
    bool dearer = false;
    /// A send takes what guards the channels: its fee is that of the next blocks.
    bool hurried = false;
    /// How often it was asked.
    mutable int times_inspected = 0, times_quoted = 0;
    /// Another address each time; else always the same.
    bool fresh_addresses = false;
    /// Older than those that there are, in pages.
    std::size_t more_payments = 0;
    api::OnPracticeState tell_practice;
    PaymentHash last_invoice;

private:
    template <typename T>
    void answerPractice(const Done<T>& done, T value) {
        if (hold_practice) m_practice_waits.push_back([done, value] { done(value); });
        else if (practice_fails) done(fail(*practice_fails));
        else done(std::move(value));
    }
    void fillChannels(api::Snapshot& picture);
    void fillLists();
    std::vector<std::function<void()>> m_practice_waits;
    api::SnapshotPtr m_picture;
    std::vector<api::PaymentView> m_payments;
    std::vector<api::TransactionView> m_transactions;
    std::weak_ptr<api::OnNotice> m_listener;
    std::weak_ptr<api::OnPicture> m_observer;
    std::vector<api::OnAnswer> m_waiting;
    int m_addresses = 0;
};

crypto::PublicKey stageKey(std::uint8_t n);

/// A close by agreement that the other side has not answered for twelve blocks, since block 228.
api::ChannelView stuckClose(api::ChannelView channel);
/// Of one of which the other side has proven that this copy knows too little.
api::ChannelView outdatedCopy(api::ChannelView channel);

/// Offers every network and never gets beyond asking.
class StageSetup : public api::Setup {
public:
    std::vector<api::WalletChoice> choices() const override { return offered; }
    SecretBytes fresh_words() override;
    std::optional<api::WordsProblem> check_words(ByteView) const override {
        return api::WordsProblem{api::WordsProblem::Kind::unknown, 6};
    }
    std::optional<api::SetupProblem> check_chain(Network, const std::string&) const override {
        return std::nullopt;
    }
    std::string_view word(std::size_t index) const override;
    std::vector<std::string_view> words_like(std::string_view, std::size_t) const override {
        return {"abandon"};
    }
    void create(api::Creation, api::OnSession done) override;
    void open(api::Opening, api::OnSession done) override;
    void set_aside(Network network,
                   std::function<void(Result<std::string, api::SetupProblem>)> done) override;
    std::vector<api::WalletChoice> offered;
    bool silent = false;
    /// Why nothing is opened or set aside.
    std::optional<api::SetupProblem> fails;
};

}  // namespace runnel::test
