// Bridge: the one hop between the node's thread and the window's, by value. The window reads the
// latest picture and posts wishes; neither ever waits for the other. Pictures and changes are put
// together and delivered at most once a frame, however many payments a second there are.
//
//     node's thread                               GUI thread
//       observe, subscribe -> Mailbox --(one event)--> Bridge: pictureChanged, paymentsChanged, ...
//       NodeApi  <------- run(f) ------------------- post, inspect, quote, lists; answers hop back
//
// An answer is dropped when the object it is for is gone.
#pragma once

#include "core/api/node_api.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace runnel::ui {

using Wish = decltype(api::Command::wish);

class Bridge : public QObject {
    Q_OBJECT
public:
    /// Runs something on the node's thread, later; from any thread.
    using Run = std::function<void(std::function<void()>)>;

    /// The node must outlive the bridge; `run` may drop what comes after its end.
    Bridge(api::NodeApi& node, Run run, QObject* parent = nullptr);
    ~Bridge() override;

    /// Never null.
    const api::SnapshotPtr& picture() const { return m_picture; }

    /// Posts a wish under a fresh id; gives the id.
    api::CommandId post(Wish wish, QObject* context,
                        std::function<void(const api::CommandResult&)> answer);
    using OnLook = std::function<void(const Result<api::Inspection, api::Problem>&)>;
    void inspect(const std::string& text, QObject* context, OnLook answer) {
        inspect(text, std::nullopt, context, std::move(answer));
    }
    /// Of an invoice that leaves the amount open, with the one that a person wishes.
    void inspect(const std::string& text, const std::optional<Msat>& amount, QObject* context,
                 OnLook answer);
    void quote(const api::AskOpen& ask, QObject* context,
               std::function<void(const Result<api::OpenQuote, api::Problem>&)> answer);
    void quote(const api::AskClose& ask, QObject* context,
               std::function<void(const Result<api::CloseQuote, api::Problem>&)> answer);
    void quote(const api::AskSend& ask, QObject* context,
               std::function<void(const Result<api::SendQuote, api::Problem>&)> answer);
    void payments(const api::ListRequest& request, QObject* context,
                  std::function<void(const std::vector<api::PaymentView>&)> answer);
    void payment(const PaymentHash& hash, QObject* context,
                 std::function<void(const std::optional<api::PaymentView>&)> answer);
    void transactions(const api::ListRequest& request, QObject* context,
                      std::function<void(const std::vector<api::TransactionView>&)> answer);

    /// A payment that was just begun here: reads it anew, as if it had changed.
    void touch(const PaymentHash& hash);

signals:
    void pictureChanged();
    /// Payments that began or changed, as they are now.
    void paymentsChanged(const std::vector<runnel::api::PaymentView>& payments);
    /// They are no longer among the wallet's. What was read before it was told may still hold one;
    /// what is asked for after this does not, unless it has come back.
    void transactionsDropped(const std::vector<runnel::Txid>& txids);
    /// Something moved on the chain: the newest transactions may have changed.
    void transactionsChanged();
    void received(const runnel::PaymentHash& hash, runnel::Msat amount);
    void coinsReceived(const runnel::api::CoinsReceived& came);
    void trouble(const runnel::api::Trouble& trouble);

private:
    struct Mailbox;
    /// Asks on the node's thread and answers here, if `context` still lives.
    template <typename Answer>
    void ask(QObject* context, std::function<Answer(api::NodeApi&)> question,
             std::function<void(const Answer&)> answer);
    void deliver();

    api::NodeApi& m_node;
    Run m_run;
    std::shared_ptr<Mailbox> m_mailbox;
    api::SnapshotPtr m_picture;
    QTimer m_frame;
};

/// Runs something on the thread of `context`, from any thread, if it still lives then.
void hopTo(const QPointer<QObject>& context, std::function<void()> what);

}  // namespace runnel::ui
