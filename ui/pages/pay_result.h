// PayResult: how it ended: paid (with fee, time taken and proof), sent on the chain (with its
// transaction), failed (with cause and what to try), or still open; then it says the end when that
// comes.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/pages/send_preview.h"
#include "ui/style/theme.h"
#include "ui/widgets/card.h"

#include <optional>
#include <variant>

namespace runnel::ui {

class AmountLabel;
class Button;
class Facts;
class Glyph;
class Text;

/// How it ended, as data: in another language it is worded anew.
struct PayEnd {
    struct Paid {
        api::Paid paid;
        std::optional<api::Inspection> looked;
    };
    struct Sent {
        api::OnchainSent sent;
        Sending sending;
    };
    /// What was to be paid stays in sight.
    struct NotPaid {
        api::Problem problem;
        std::optional<api::Inspection> looked;
        std::optional<Msat> amount;
        /// Known only by the name of its kind, without figures: as it is kept with the payment.
        std::optional<std::string> kept = std::nullopt;
    };
    struct NotSent {
        api::Problem problem;
        Sending sending;
    };
    /// No answer yet: the payment's own news say how it ends.
    struct Open {
        PaymentHash payment_hash;
        std::optional<api::Inspection> looked;
        std::optional<Msat> amount;
    };
    std::variant<Paid, Sent, NotPaid, NotSent, Open> how;
};

class PayResult : public Card {
    Q_OBJECT
public:
    explicit PayResult(WalletModel& wallet, QWidget* parent = nullptr);
    void show(PayEnd end);
    /// What is shown; nothing while it is hidden.
    std::optional<PayEnd> shown() const { return isHidden() ? std::nullopt : m_end; }
    void focus();

signals:
    void done();
    void wantsActivity();

private:
    void word(const PayEnd::Paid& end);
    void word(const PayEnd::Sent& end);
    void word(const PayEnd::NotPaid& end);
    void word(const PayEnd::NotSent& end);
    void word(const PayEnd::Open& end);
    void factsOf(const std::optional<api::Inspection>& looked);
    /// What was still on its way is paid, or came back.
    void hear(const std::vector<api::PaymentView>& payments);
    /// Says how it ended to whoever does not see it.
    void announce();
    void begin(const QString& glyph, Ink ink, const QString& title, const QString& why = {},
               const QString& retry = {});

    WalletModel& m_wallet;
    std::optional<PayEnd> m_end;
    /// Of what was sent: handed over is not accepted.
    enum class Way : std::uint8_t { under_way, refused, lost };
    Way wayOf(const PayEnd::Sent& end) const;
    Way m_way = Way::under_way;
    Glyph* m_glyph;
    Text *m_title, *m_why, *m_try;
    AmountLabel* m_amount;
    Facts* m_facts;
    Button *m_again, *m_activity;
};

}  // namespace runnel::ui
