// Home: what can be spent now, how the wallet stands in one line, what is on its way and until when, and what to do first where
// nothing is there yet.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/page.h"

namespace runnel::ui {

class ActivityRow;
class AmountLabel;
class Banner;
class Button;
class Card;
class CueLine;
class StateView;
class Text;

class HomePage : public Page {
    Q_OBJECT
public:
    explicit HomePage(WalletModel& wallet, QWidget* parent = nullptr);
    void refresh();

signals:
    void wantsPay();
    void wantsReceive();
    void wantsOpenChannel();
    void wantsActivity();
    void wantsEntry(const QByteArray& key);
    void said(const QString& sentence);

private:
    void buildFigures();
    void buildPractice();
    void refreshFirstSteps();
    void refreshHeld();
    void refreshRecent();

    WalletModel& m_wallet;
    AmountLabel *m_spendable, *m_onchain, *m_receivable;
    Text *m_spendable_why;
    CueLine* m_health;
    StateView* m_first;
    Card *m_figures, *m_held, *m_recent;
    QWidget *m_held_rows, *m_recent_rows;
    Banner* m_problem;
    Card* m_practice = nullptr;
};

}  // namespace runnel::ui
