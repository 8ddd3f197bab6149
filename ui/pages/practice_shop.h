// PracticeShop: the card on the Pay page that lets the practice shop make an invoice, so that there
// is something to pay.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/card.h"

namespace runnel::ui {

class AmountEdit;
class Button;

class PracticeShop : public Card {
    Q_OBJECT
public:
    /// The wallet has a practice network.
    explicit PracticeShop(WalletModel& wallet, QWidget* parent = nullptr);

    /// As it was typed.
    QString typed() const;
    void resume(const QString& typed);

signals:
    void made(const QString& invoice);
    void refused(const runnel::api::Problem& problem);

private:
    void buy(bool through_hub);

    void setBusy(Button* asked, bool busy);

    WalletModel& m_wallet;
    AmountEdit* m_amount;
    Button *m_shop, *m_hub;
};

}  // namespace runnel::ui
