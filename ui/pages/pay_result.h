// PayResult: how it ended: paid (with fee, time taken and proof), sent on the chain (with its
// transaction), failed (with cause and what to try), or still open.
#pragma once

#include "ui/format/problem.h"
#include "ui/models/wallet_model.h"
#include "ui/pages/send_preview.h"
#include "ui/style/theme.h"
#include "ui/widgets/card.h"

namespace runnel::ui {

class AmountLabel;
class Button;
class Facts;
class Glyph;
class Text;

class PayResult : public Card {
    Q_OBJECT
public:
    explicit PayResult(WalletModel& wallet, QWidget* parent = nullptr);
    void showPaid(const api::Paid& paid, const std::optional<api::Inspection>& looked);
    void showSent(const api::OnchainSent& sent, const Sending& sending);
    /// What was to be paid stays in sight; `back` names the button that leads back to it.
    void showFailed(const Wording& wording, const std::optional<api::Inspection>& looked,
                    std::optional<Msat> amount);
    void showFailed(const Wording& wording, const Sending& sending);
    void showOpenEnd();
    void focus();

signals:
    void done();
    void wantsActivity();

private:
    /// Says how it ended to whoever does not see it.
    void announce();
    void begin(const QString& glyph, Ink ink, const QString& title, const QString& why = {},
               const QString& retry = {});

    WalletModel& m_wallet;
    Glyph* m_glyph;
    Text *m_title, *m_why, *m_try;
    AmountLabel* m_amount;
    Facts* m_facts;
    Button *m_again, *m_activity;
};

}  // namespace runnel::ui
